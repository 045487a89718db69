"""What is dangerous wants a recent proof of who is there, by a second factor where one is set up.

A session that was left open, or a password that leaked, is then not enough to disable an account.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import (
    raise_if_reauthentication_required,
    suspend_request,
)
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from accounts.models import User
from accounts.web.visitors import check_administrator

View = Callable[..., HttpResponse]


def dangerous(view: View) -> View:
    """Let administrators alone in, and who proved lately who is there; for requests that change."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        check_administrator(request)
        if request.method not in {"GET", "HEAD"} and (way := way_to_confirm(request)):
            return suspend_request(request, redirect_to=way)
        return view(request, *args, **kwargs)

    return guarded


def way_to_confirm(request: HttpRequest) -> str:
    """Return the page on which to show a factor; empty if one was shown lately.

    Who has none set up is asked for the password: raises what allauth turns into its page.
    """
    if showed_second_factor(request):
        return ""
    page = factor_page(request)
    if not page:
        raise_if_reauthentication_required(request, app="account")
    return page


def showed_second_factor(request: HttpRequest) -> bool:
    """Whether a code or a key was shown in this session within the time of a confirmation."""
    user = request.user if isinstance(request.user, User) else None
    records = get_authentication_records(request, user)
    shown = [record["at"] for record in records if record["method"] == "mfa"]
    return bool(shown) and time.time() - max(shown) < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def factor_page(request: HttpRequest) -> str:
    """Return where this person shows a factor; empty for somebody who has set up none."""
    if not isinstance(request.user, User):
        return ""
    kinds = set(Authenticator.objects.filter(user=request.user).values_list("type", flat=True))
    if Authenticator.Type.TOTP in kinds:
        return reverse("mfa_reauthenticate")
    if Authenticator.Type.WEBAUTHN in kinds:
        return reverse("mfa_reauthenticate_webauthn")
    return ""
