"""Light or dark: a cookie, so that the server sends the right page and nothing flashes."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

THEMES = ("light", "dark")
_YEAR = 365 * 24 * 3600


def theme_of(request: HttpRequest) -> str:
    """Return the theme that was chosen; `auto` follows the system."""
    theme = request.COOKIES.get("theme", "")
    return theme if theme in THEMES else "auto"


@require_safe
def appearance(request: HttpRequest) -> HttpResponse:
    """Show the colours and the switch of the keys; both belong to the browser, not to the account."""
    return render(request, "index/appearance.html")


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the theme; for browsers without JavaScript."""
    next_path = request.POST.get("next", "/")
    is_safe = next_path.startswith("/") and url_has_allowed_host_and_scheme(next_path, None)
    response = redirect(next_path if is_safe else "/")
    chosen = request.POST.get("theme")
    if chosen in THEMES:
        response.set_cookie(
            "theme", chosen, max_age=_YEAR, samesite="Lax", secure=settings.IS_HTTPS
        )
    else:
        response.delete_cookie("theme", samesite="Lax")
    return response
