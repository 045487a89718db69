"""Choosing the language of pages and mails: a cookie, and the account of whoever is logged in."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from accounts.flows.choose_language import choose_language
from accounts.models import User

_YEAR = 365 * 24 * 3600


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Remember the language here, and with the account; what is no language changes nothing."""
    next_path = request.POST.get("next", "/")
    is_safe = next_path.startswith("/") and url_has_allowed_host_and_scheme(next_path, None)
    response = redirect(next_path if is_safe else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_YEAR,
            samesite="Lax",
            secure=settings.IS_HTTPS,
        )
        if isinstance(request.user, User):
            choose_language(request.user, language)
    return response
