"""Is this the password of that account? The one answer for docker, v1 and search."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from accounts.errors import AccountDisabled, AccountNotVerified, InvalidCredentials
from accounts.models import User
from accounts.passwords import MAXIMUM_BYTES
from accounts.ratelimits import LOGIN_FAILURES, count, network_of, refuse_above


def authenticate_password(*, login: str, password: str, address: str) -> User:
    """Return the user that `login` (a user name or a proven e-mail address) and password name.

    Raises InvalidCredentials alike for a wrong password and an unknown account (case 13);
    AccountNotVerified and AccountDisabled only once the password is right; TooManyAttempts after
    too many failures for this account from this network. `address` is the client's.
    """
    if not password.strip() or len(password.encode("utf-8", "replace")) > MAXIMUM_BYTES:
        raise InvalidCredentials(_wrong(login))
    key = (login.lower(), network_of(address))
    refuse_above(LOGIN_FAILURES, *key)
    user = _find(login)
    if user is None:
        make_password(password)  # the same work as for a known account
    if user is None or not user.check_password(password):
        count(LOGIN_FAILURES, *key)
        raise InvalidCredentials(_wrong(login))
    if not user.is_active:
        message = f"account '{user.username}' is disabled: ask an administrator"
        raise AccountDisabled(message)
    if not user.is_verified:
        message = f"account '{user.username}' is not verified"
        raise AccountNotVerified(message)
    return user


def _find(login: str) -> User | None:
    if "\x00" in login:  # PostgreSQL refuses it with a 500
        return None
    if "@" in login:
        address = EmailAddress.objects.filter(email=login.lower(), verified=True).first()
        return address.user if address else None
    return User.objects.filter(username=login).first()


def _wrong(login: str) -> str:
    shown = (
        login if login.isascii() and login.isprintable() and len(login) <= 60 else "this account"
    )
    return f"wrong user name or password for '{shown}'"
