"""`/v1/users/`: check a login, sign up, change one's own account."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from accounts.credential_kinds import Use, kind_of, opens
from accounts.errors import AccountError, NameTaken, NoAnswerNow, TooManyAttempts
from accounts.flows.change_credentials import change_credentials
from accounts.flows.signup import sign_up
from index.v1.auth import identify_account
from index.v1.errors import AccountRefused, InputRefused, Throttled, Unavailable
from index.v1.inputs import read_account
from index.v1.responses import json_response, no_content

# Docker compared this, quotes and all, and then tried to log in with what was typed.
_TAKEN = "Username or email already exists"


def get_user(request: HttpRequest) -> HttpResponse:
    """Answer "OK" to the right password: this was `docker login`."""
    identify_account(request)
    return json_response("OK")


def post_user(request: HttpRequest) -> HttpResponse:
    """Sign up. The account can be used once its address is verified in the page."""
    sent = read_account(request)
    fields = {
        "username": sent.username or "",
        "email": sent.email or "",
        "password": sent.password or "",
    }
    try:
        # It looks at the name first: docker signs up at every login, and is told "exists".
        sign_up(**fields, address=request.META["REMOTE_ADDR"])
    except NameTaken:
        return json_response(_TAKEN, 400)
    except TooManyAttempts as error:
        message = f"too many new accounts: try again in {error.retry_after} seconds"
        raise Throttled(message, error.retry_after) from error
    except NoAnswerNow as error:
        raise Unavailable(str(error), error.retry_after) from error
    except AccountError as error:
        return json_response(str(error), 400)
    return json_response("User Created", 201)


def put_user(request: HttpRequest, username: str) -> HttpResponse:
    """Change password, e-mail address or both of one's own account; nothing before all is right.

    Docker-index answered 401 and went on to change the password (F18).
    """
    principal = identify_account(request)
    user = principal.user
    if user is None or user.username != username:
        message = "you can change your own account only"
        raise AccountRefused(message)
    if not opens(kind_of(principal), Use.V1_ACCOUNT):
        message = "this needs the account's password: an access token changes no credentials"
        raise AccountRefused(message)
    sent = read_account(request)
    if sent.email is None and sent.password is None:
        message = "send an email or a password"
        raise InputRefused(message)
    try:
        change_credentials(user, email=sent.email, password=sent.password)
    except AccountError as error:
        raise InputRefused(str(error)) from error
    if sent.password is not None:
        get_adapter(request).send_notification_mail("account/email/password_changed", user)
    return no_content()
