"""Is this the password of that account? The one answer for pages, docker, v1 and search."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts import second_factor
from accounts.errors import AccountDisabled, AccountNotVerified, InvalidCredentials
from accounts.flows import personal_access_tokens, robot_accounts
from accounts.models import User
from accounts.passwords import MAXIMUM_BYTES
from accounts.principals import Principal
from accounts.ratelimits import (
    LOGIN_FAILURES,
    NETWORK_LOGIN_FAILURES,
    count,
    network_of,
    refuse_above,
)


def authenticate(*, login: str, secret: str, address: str) -> Principal:
    """Return whom `login` and any kind of secret name: what docker login takes, v1 and the API too.

    Raises what authenticate_password raises, and SecondFactorRequired for the right password of an
    account that needs a token for this.
    """
    if secret.startswith(f"{personal_access_tokens.PREFIX}_"):
        return personal_access_tokens.authenticate(secret, login=login, address=address)
    if "+" in login:
        return robot_accounts.authenticate(secret, login=login, address=address)
    user = authenticate_password(login=login, password=secret, address=address)
    second_factor.check_password_suffices(user)
    return Principal(user)


def authenticate_bearer(secret: str, *, address: str) -> Principal:
    """Return whose token or robot secret it is; raises InvalidCredentials and TooManyAttempts."""
    if secret.startswith(f"{robot_accounts.PREFIX}_"):
        return robot_accounts.authenticate(secret, address=address)
    return personal_access_tokens.authenticate(secret, address=address)


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
    or for any. `address` is the client's.
    """
    if not password.strip() or len(password.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise InvalidCredentials(_wrong(login))
    network, user = network_of(address), _find(login)
    account = f"user:{user.pk}" if user else login.lower()  # however it is spelled
    refuse_above(LOGIN_FAILURES, account, network)
    refuse_above(NETWORK_LOGIN_FAILURES, network)
    if user is None:
        make_password(password)  # the same work as for a known account
    if user is None or not user.check_password(password):
        count(LOGIN_FAILURES, account, network)
        count(NETWORK_LOGIN_FAILURES, network)
        raise InvalidCredentials(_wrong(login))
    return user


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


def _wrong(login: str) -> str:
    shown = (
        login if login.isascii() and login.isprintable() and len(login) <= 60 else "this account"
    )
    return f"wrong user name or password for '{shown}'"
