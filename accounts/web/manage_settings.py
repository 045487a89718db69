"""The settings in force, for administrators: what was read at the start, secrets left out."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.web.visitors import check_administrator


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List each variable with what it is."""
    check_administrator(request)
    return render(request, "accounts/manage/settings.html", {"rows": settings.IN_FORCE})
