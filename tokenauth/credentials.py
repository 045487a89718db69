"""Who asks for a token: nobody, a password, or a refresh token."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.errors import (
    AccountDisabled,
    AccountNotVerified,
    InvalidCredentials,
    TooManyAttempts,
)
from accounts.flows.authenticate import authenticate_password
from accounts.principals import ANONYMOUS, Principal
from tokenauth.errors import AccountRefused, InvalidGrant, Throttled
from tokenauth.inputs import GrantType, TokenRequest
from tokenauth.refresh import use_refresh_token


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A principal, and the refresh token it came with if it did."""

    principal: Principal
    refresh_token: str = ""


def authenticate(request: TokenRequest) -> Authenticated:
    """Return who asks; raise InvalidGrant, AccountRefused or Throttled.

    Bad credentials are never taken for anonymous, and `account` must be the one who logs in
    (Portus signed whatever it said: F13).
    """
    if request.grant_type is GrantType.NONE:
        return Authenticated(ANONYMOUS)
    if request.grant_type is GrantType.REFRESH_TOKEN:
        user = use_refresh_token(request.secret, service=request.service)
        return Authenticated(Principal(user), request.secret)
    if request.account and request.account != request.login:
        message = f"the account parameter names another account than '{request.login}'"
        raise InvalidGrant(message)
    return Authenticated(_by_password(request))


def _by_password(request: TokenRequest) -> Principal:
    try:
        return Principal(
            authenticate_password(
                login=request.login, password=request.secret, address=request.address
            )
        )
    except InvalidCredentials as error:
        raise InvalidGrant(str(error)) from error
    except AccountNotVerified as error:
        message = f"{error}: log in at {settings.PUBLIC_URL}/accounts/login/ to get a new code"
        raise AccountRefused(message) from error
    except AccountDisabled as error:
        raise AccountRefused(str(error)) from error
    except TooManyAttempts as error:
        raise Throttled(str(error), error.retry_after) from error
