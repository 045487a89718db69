"""For which program the pull commands are shown: a cookie, so that it is chosen once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from index.pull_commands import CLIENTS

_YEAR = 365 * 24 * 3600  # seconds


def client_of(request: HttpRequest) -> str:
    """Return what was chosen, docker unless something was."""
    client = request.COOKIES.get("client", "")
    return client if client in CLIENTS else CLIENTS[0]


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the program; for browsers without JavaScript."""
    next_path = request.POST.get("next", "/")
    is_safe = next_path.startswith("/") and url_has_allowed_host_and_scheme(next_path, None)
    response = redirect(f"{next_path.partition('#')[0]}#pull" if is_safe else "/")
    chosen = request.POST.get("client")
    if chosen in CLIENTS:
        response.set_cookie(
            "client", chosen, max_age=_YEAR, samesite="Lax", secure=settings.IS_HTTPS
        )
    return response
