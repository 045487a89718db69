"""Who is asking at a v1 door: a person or robot by Basic, or nobody. No cookies, no Bearer tokens."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from accounts.basic_auth import BasicCredential, parse_basic
from accounts.credential_kinds import Use
from accounts.errors import (
    AccountError,
    AccountNotVerified,
    InvalidCredentials,
    NoAnswerNow,
    TooManyAttempts,
)
from accounts.flows.authenticate import authenticate
from accounts.principals import ANONYMOUS, Principal
from index.v1.errors import AccountRefused, LoginNeeded, Throttled, Unavailable


def identify(request: HttpRequest) -> Principal:
    """Return who asks, anonymous without credentials; wrong ones are never taken for anonymous."""
    credential = read_basic(request)
    return check_secret(credential, request) if credential else ANONYMOUS


def identify_account(request: HttpRequest) -> Principal:
    """Return the person or robot that logged in; raise LoginNeeded without one."""
    principal = identify(request)
    if principal.is_anonymous:
        message = "log in first: this needs a user name and a password"
        raise LoginNeeded(message)
    return principal


def read_basic(request: HttpRequest) -> BasicCredential | None:
    """Return what the Authorization header carries; raise LoginNeeded if that is not Basic."""
    try:
        return parse_basic(request.headers.get("Authorization", ""))
    except InvalidCredentials as error:
        raise LoginNeeded(str(error)) from error


def check_secret(
    credential: BasicCredential, request: HttpRequest, *, use: Use = Use.V1
) -> Principal:
    """Return whose password, token or secret it is; raise LoginNeeded, AccountRefused or Throttled."""
    try:
        return authenticate(
            login=credential.login,
            secret=credential.secret,
            address=request.META["REMOTE_ADDR"],
            use=use,
        )
    except InvalidCredentials as error:
        raise LoginNeeded(str(error)) from error
    except AccountNotVerified as error:
        # "Account is not Active" is what docker printed for this 403 by itself.
        message = (
            f"Account is not Active: log in at {settings.PUBLIC_URL}/accounts/login/ "
            "and enter the code we mail to you"
        )
        raise AccountRefused(message) from error
    except TooManyAttempts as error:
        raise Throttled(str(error), error.retry_after) from error
    except NoAnswerNow as error:
        raise Unavailable(str(error), error.retry_after) from error
    except AccountError as error:
        raise AccountRefused(str(error)) from error
