"""Whose secret is this? The one answer for pages, docker, v1, search and the API."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.models import EmailAddress

from accounts import metrics, second_factor
from accounts.credential_kinds import Kind, Use, check_opens, kind_of_bearer, kind_of_secret
from accounts.errors import (
    AccountDisabled,
    AccountNotVerified,
    InvalidCredentials,
    TooManyAttempts,
    WrongPassword,
)
from accounts.flows import directory_login
from accounts.flows.use_credential import use_robot_secret, use_token
from accounts.models import User
from accounts.password_hashing import check_time, remember_login, verify
from accounts.passwords import MAXIMUM_BYTES
from accounts.principals import Principal
from accounts.proofs import proof_by_docker_credential, prove
from accounts.ratelimits import (
    LOGIN_FAILURES,
    NETWORK_LOGIN_FAILURES,
    count,
    network_of,
    refuse_above,
)

# Secrets that apps above keep, at doors that are not theirs; they say so when they are ready.
KEPT_ABOVE: dict[tuple[Kind, Use], Callable[[str, str], Principal]] = {}


def authenticate(*, login: str, secret: str, address: str, use: Use) -> Principal:
    """Return whom `login` and a secret name, of a kind that opens the door: `use` says which.

    Raises what authenticate_password raises, and SecondFactorRequired for the right password of an
    account that needs a token for this.
    """
    kind = kind_of_secret(secret, login=login)
    check_opens(kind, use)
    if kind is Kind.ACCESS_TOKEN:
        return use_token(secret, login=login, address=address)
    if kind is Kind.ROBOT_SECRET:
        return use_robot_secret(secret, login=login, address=address)
    if kind is Kind.DOCKER_CREDENTIAL:
        return prove(proof_by_docker_credential(secret, login=login, address=address, use=use))
    if kind and (find := KEPT_ABOVE.get((kind, use))):
        return find(secret, login)
    if kind is not Kind.PASSWORD:
        raise InvalidCredentials(wrong_secret(login))  # of a kind that is not accounts' to know
    user = authenticate_password(login=login, password=secret, address=address)
    second_factor.check_password_suffices(user)
    return Principal(user)


def authenticate_bearer(secret: str, *, address: str, use: Use) -> Principal:
    """Return whose token or robot secret it is, if its kind opens the door; raises as use_token."""
    kind = kind_of_bearer(secret)
    check_opens(kind, use)
    if kind is Kind.ROBOT_SECRET:
        return use_robot_secret(secret, address=address)
    if kind and (find := KEPT_ABOVE.get((kind, use))):
        return find(secret, "")
    return use_token(secret, address=address)


def authenticate_password(*, login: str, password: str, address: str) -> User:
    """Return the user that `login` (a user name or an e-mail address) and password name.

    Raises what verify_password raises; AccountNotVerified and AccountDisabled only once the
    password is right.
    """
    user = verify_password(login=login, password=password, address=address)
    if not user.is_active:
        message = f"account '{user.username}' is disabled: ask an administrator"
        raise AccountDisabled(message)
    if not user.is_verified:
        message = f"account '{user.username}' is not verified"
        raise AccountNotVerified(message)
    return user


def verify_password(*, login: str, password: str, address: str) -> User:
    """Return whose password this is, in whatever state the account is.

    Raises InvalidCredentials alike, and after one hash alike, for a wrong password and an unknown
    account (case 13); TooManyAttempts after too many failures from this network, for this account
    or for any; PasswordsBusy when there is no time for a hash; DirectoryUnavailable and
    AccountNotCreated where a directory is asked. `address` is the client's.
    """
    if not password.strip() or len(password.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise WrongPassword(wrong_secret(login))
    check_time(login, password)
    network, user = network_of(address), _find(login)
    account = f"user:{user.pk}" if user else login.lower()  # however it is spelled
    try:
        refuse_above(LOGIN_FAILURES, account, network)
        refuse_above(NETWORK_LOGIN_FAILURES, network)
    except TooManyAttempts:
        metrics.LOGIN_FAILURES.add("limited")
        raise
    found = _whose(user, login=login, password=password)
    if found is None:
        count(LOGIN_FAILURES, account, network)
        count(NETWORK_LOGIN_FAILURES, network)
        metrics.LOGIN_FAILURES.add("password")
        raise WrongPassword(wrong_secret(login))
    remember_login(login, password)
    return found


def _whose(user: User | None, *, login: str, password: str) -> User | None:
    """Return whose password it is: the account's of that login, or someone's of the directory."""
    if not directory_login.is_kept_in_directory(user):
        return user if verify(user, password) else None
    found = directory_login.check_directory_password(user, login=login, password=password)
    if found is None:
        verify(None, password)  # the same work as for an account with a password here
    return found


def _find(login: str) -> User | None:
    if "\x00" in login:  # PostgreSQL refuses it with a 500
        return None
    if "@" in login:
        return _find_by_address(login.lower())
    return User.objects.filter(username=login).first()


def _find_by_address(address: str) -> User | None:
    """Return who has proven the address; or who alone has claimed it, to be sent a code."""
    found = list(EmailAddress.objects.filter(email=address).order_by("-verified")[:2])
    if found and (found[0].verified or len(found) == 1):
        owner: User = found[0].user
        return owner
    return None


def wrong_secret(login: str) -> str:
    """Return the sentence; it says nothing about which of the two is wrong."""
    shown = (
        login if login.isascii() and login.isprintable() and len(login) <= 60 else "this account"
    )
    return f"wrong user name or password for '{shown}'"
