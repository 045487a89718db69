"""The one-time page on which the first administrator makes an account."""

from __future__ import annotations

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.flows.first_administrator import (
    SetupLinkInvalid,
    check_setup_token,
    create_first_administrator,
)
from accounts.models import User
from accounts.session_backend import SessionBackend
from accounts.web.forms import FirstAdministratorForm

_BACKEND = f"{SessionBackend.__module__}.{SessionBackend.__qualname__}"


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def first_administrator(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, create the administrator and log in; a used-up link gets a page of its own."""
    try:
        check_setup_token(token)
        form = FirstAdministratorForm(request.POST or None)
        user = _create(form, token) if form.is_valid() else None
    except SetupLinkInvalid:
        return render(request, "accounts/setup_invalid.html", status=410)
    if user is None:
        return render(request, "accounts/setup.html", {"form": form})
    login(request, user, backend=_BACKEND)
    return redirect("web-home")


def _create(form: FirstAdministratorForm, token: str) -> User | None:
    try:
        return create_first_administrator(token=token, **form.cleaned_data)
    except AccountError as error:
        form.add_error("username", str(error))
        return None
