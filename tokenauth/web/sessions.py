"""Sessions and machines: every browser and every docker login, each can be ended."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.flows.end_sessions import end_session, log_out_everywhere, open_sessions
from index.web.lookup import principal_of, signed_in_user
from index.web.methods import post_only
from tokenauth.machines import end_machine, machines_of
from tokenauth.models import RefreshToken


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List both."""
    user = signed_in_user(request)
    context = {
        "sessions": open_sessions(user),
        "this": request.session.session_key,
        "machines": machines_of(user),
    }
    return render(request, "tokenauth/sessions.html", context)


@post_only
def end_browser(request: HttpRequest, session_id: int) -> HttpResponse:
    """End one browser's session."""
    session = get_object_or_404(UserSession, pk=session_id, user=signed_in_user(request))
    end_session(session, by=principal_of(request))
    messages.success(request, _("That session is ended."))
    return redirect("web-sessions")


@post_only
def end_docker(request: HttpRequest, machine_id: int) -> HttpResponse:
    """End one docker login."""
    user = signed_in_user(request)
    machine = get_object_or_404(RefreshToken.objects.usable(), pk=machine_id, user=user)
    end_machine(machine, by=principal_of(request))
    messages.success(request, _("That machine is logged out: docker has to log in again there."))
    return redirect("web-sessions")


@post_only
def end_all(request: HttpRequest) -> HttpResponse:
    """End everything but this session."""
    user = signed_in_user(request)
    keep = request.session.session_key or ""
    log_out_everywhere(user, by=principal_of(request), keep=keep)
    messages.success(request, _("Every other browser and every machine is logged out."))
    return redirect("web-sessions")
