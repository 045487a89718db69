"""The page where a person approves a command line that wants to log in (RFC 8628 §3.3)."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import suspend_request
from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.errors import ExpiredToken, LimitReached
from accounts.flows.command_line import approve, find_waiting, refuse
from accounts.models import DeviceLogin
from accounts.web.recent_factor import way_to_confirm
from accounts.web.visitors import signed_in

_COMPARED = "command-line-compared"  # the code that was compared, for after a confirmation
_PLAIN = {"autocapitalize": "characters", "autocomplete": "off", "spellcheck": "false"}


class CodeForm(forms.Form):
    """Which one."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=40,
        widget=forms.TextInput(attrs=_PLAIN | {"class": "mono", "placeholder": "BCDFG-HJKLM"}),
        help_text=gettext_lazy("The ten letters that the terminal shows after waybill login."),
    )


class ApprovalForm(forms.Form):
    """That the code was compared: a link may come from anybody."""

    code = forms.CharField(widget=forms.HiddenInput)
    is_same = forms.BooleanField(
        label=gettext_lazy("I have begun this just now, and my terminal shows this very code."),
        error_messages={
            "required": gettext_lazy("Compare the code with the one in your terminal, and say so.")
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def device(request: HttpRequest) -> HttpResponse:
    """Ask for the code, show what waits with it, and take the answer; to look approves nothing."""
    user = signed_in(request)
    sent = request.POST if request.method == "POST" else request.GET
    if not (code := sent.get("code", "")):
        return _ask(request, CodeForm())
    try:
        login = find_waiting(code, by=user)
    except LimitReached as error:
        return _ask_again(request, code, str(error))
    if login is None:
        message = _("Nothing waits with this code: it was mistyped, has ended, or was answered.")
        return _ask_again(request, code, message)
    if request.method != "POST":
        is_same = request.session.get(_COMPARED) == str(login)
        return _show(request, login, ApprovalForm(initial={"code": str(login), "is_same": is_same}))
    try:
        return _answer(request, login)
    except ExpiredToken:
        return _ask_again(request, code, _("Too late: this code has ended, or was answered."))


def _answer(request: HttpRequest, login: DeviceLogin) -> HttpResponse:
    user = signed_in(request)
    if "refuse" in request.POST:
        refuse(login, user=user)
        messages.success(request, _("Refused. That command line gets nothing."))
        return redirect("web-sessions")
    form = ApprovalForm(request.POST)
    if not form.is_valid():
        return _show(request, login, form)
    request.session[_COMPARED] = str(login)
    if way := way_to_confirm(request):
        return suspend_request(request, redirect_to=way)
    approve(login, user=user, browser=request.session)
    messages.success(
        request, _("Approved: go back to your terminal. The command line is in this list now.")
    )
    return redirect("web-sessions")


def _ask(request: HttpRequest, form: forms.Form) -> HttpResponse:
    return render(request, "accounts/command_line.html", {"form": form})


def _ask_again(request: HttpRequest, code: str, message: str) -> HttpResponse:
    form = CodeForm({"code": code})
    form.add_error("code", message)
    return _ask(request, form)


def _show(request: HttpRequest, login: DeviceLogin, form: forms.Form) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "login": login}
    return render(request, "accounts/command_line_approve.html", context)
