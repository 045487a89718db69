"""The first page of the administration: how everything is, and what to do about it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.standing import State, look_and_remember, remembered
from accounts.web.methods import post_only
from accounts.web.visitors import check_administrator


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show what was found when somebody looked last; nothing is looked at now."""
    check_administrator(request)
    standing = remembered()
    context = {
        "standing": standing,
        "bad": standing.count(State.BAD) if standing else 0,
        "to_look_at": standing.count(State.LOOK, State.UNKNOWN) if standing else 0,
    }
    return render(request, "accounts/manage/home.html", context)


@post_only
def look(request: HttpRequest) -> HttpResponse:
    """Look at everything now."""
    check_administrator(request)
    look_and_remember()
    messages.success(request, _("Everything was checked a moment ago."))
    return redirect("web-manage")
