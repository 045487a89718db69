"""`/v1/users/`: check a login, sign up, change one's own account."""

from __future__ import annotations

from allauth.account.adapter import get_adapter
from django.http import HttpRequest, HttpResponse

from accounts.errors import AccountError, NameTaken, TooManyAttempts
from accounts.flows.change_credentials import change_credentials
from accounts.flows.signup import check_signup, create_user
from accounts.ratelimits import SIGNUPS, count, network_of, refuse_above
from index.v1.auth import identify_person
from index.v1.errors import AccountRefused, InputRefused, Throttled
from index.v1.inputs import read_account
from index.v1.responses import json_response, no_content

# Docker compared this, quotes and all, and then tried to log in with what was typed.
_TAKEN = "Username or email already exists"


def get_user(request: HttpRequest) -> HttpResponse:
    """Answer "OK" to the right password: this was `docker login`."""
    identify_person(request)
    return json_response("OK")


def post_user(request: HttpRequest) -> HttpResponse:
    """Sign up. The account can be used once its address is verified in the page."""
    sent = read_account(request)
    fields = {
        "username": sent.username or "",
        "email": sent.email or "",
        "password": sent.password or "",
    }
    network = network_of(request.META["REMOTE_ADDR"])
    try:
        check_signup(**fields)  # first: docker signs up at every login, and is told "exists"
        refuse_above(SIGNUPS, network)
        create_user(**fields)
    except NameTaken:
        return json_response(_TAKEN, 400)
    except TooManyAttempts as error:
        message = f"too many new accounts: try again in {error.retry_after} seconds"
        raise Throttled(message, error.retry_after) from error
    except AccountError as error:
        return json_response(str(error), 400)
    count(SIGNUPS, network)
    return json_response("User Created", 201)


def put_user(request: HttpRequest, username: str) -> HttpResponse:
    """Change password, e-mail address or both of one's own account; nothing before all is right.

    Docker-index answered 401 and went on to change the password (F18).
    """
    user = identify_person(request).user
    if user is None or user.username != username:
        message = "you can change your own account only"
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
