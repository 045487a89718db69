"""Who asks for a token: nobody, a password, or a refresh token."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from accounts.errors import (
    AccountError,
    AccountNotVerified,
    NoAnswerNow,
    TooManyAttempts,
    WrongPassword,
)
from accounts.flows import authenticate as accounts_flow
from accounts.principals import ANONYMOUS, Principal
from tokenauth.errors import InvalidGrant, Throttled, Unavailable
from tokenauth.inputs import GrantType, TokenRequest
from tokenauth.refresh import use_refresh_token
from tokenauth.workloads.exchange import Wanted, exchange
from tokenauth.workloads.workload_secrets import is_workload_secret, use_workload_secret


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A principal, and the refresh token it came with if it did."""

    principal: Principal
    refresh_token: str = ""


def authenticate(request: TokenRequest) -> Authenticated:
    """Return who asks; raise InvalidGrant or Throttled.

    Bad credentials are never taken for anonymous, and `account` must be the one who logs in
    (Portus signed whatever it said: F13).
    """
    if request.grant_type is GrantType.NONE:
        return Authenticated(ANONYMOUS)
    if request.grant_type is GrantType.TOKEN_EXCHANGE:
        return _by_id_token(request)
    if is_workload_secret(request.secret):
        job = use_workload_secret(request.secret, login=request.login, service=request.service)
        is_refresh = request.grant_type is GrantType.REFRESH_TOKEN
        return Authenticated(job, request.secret if is_refresh else "")
    if request.grant_type is GrantType.REFRESH_TOKEN:
        user = use_refresh_token(request.secret, service=request.service)
        return Authenticated(Principal(user), request.secret)
    if request.account and request.account != request.login:
        message = f"the account parameter names another account than '{request.login}'"
        raise InvalidGrant(message)
    return Authenticated(_by_secret(request))


def _by_id_token(request: TokenRequest) -> Authenticated:
    """Return the CI job that proves itself, with a secret to log in with if it asked for one."""
    wanted = Wanted(robot=request.account, scopes=request.scopes)
    try:
        done = exchange(
            request.secret,
            wanted=wanted,
            service=request.service,
            offline=request.offline,
            address=request.address,
        )
    except TooManyAttempts as error:
        raise Throttled(str(error), error.retry_after) from error
    return Authenticated(done.principal, done.secret)


def _by_secret(request: TokenRequest) -> Principal:
    """Return whose password, access token or robot secret it is.

    Every refusal is 401 with the reason in words: podman and skopeo show nothing of a 403 of this
    door but its number, docker shows both (measured).
    """
    try:
        return accounts_flow.authenticate(
            login=request.login, secret=request.secret, address=request.address
        )
    except TooManyAttempts as error:
        raise Throttled(str(error), error.retry_after) from error
    except NoAnswerNow as error:
        raise Unavailable(str(error), error.retry_after) from error
    except WrongPassword as error:
        message = (
            f"{error}. Accounts with single sign-on or two factors need an access token: "
            f"{settings.PUBLIC_URL}/settings/tokens"
        )
        raise InvalidGrant(message) from error
    except AccountNotVerified as error:
        message = f"{error}: log in at {settings.PUBLIC_URL}/accounts/login/ to get a new code"
        raise InvalidGrant(message) from error
    except AccountError as error:
        raise InvalidGrant(str(error)) from error
