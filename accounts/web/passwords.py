"""The password pages, which say so where the password is kept in the company's directory."""

from __future__ import annotations

from typing import Any

from allauth.account.views import PasswordChangeView as AllauthPasswordChangeView
from allauth.account.views import PasswordSetView as AllauthPasswordSetView
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.models import DirectoryAccount


class PasswordChangeView(AllauthPasswordChangeView):
    """Change the password, if it is ours to change."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show where it lives instead."""
        return _elsewhere(request) or super().dispatch(request, *args, **kwargs)


class PasswordSetView(AllauthPasswordSetView):
    """Set a first password, if there is none anywhere."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Show where it lives instead."""
        return _elsewhere(request) or super().dispatch(request, *args, **kwargs)


def _elsewhere(request: HttpRequest) -> HttpResponseBase | None:
    account = DirectoryAccount.objects.filter(user=request.user.pk).first()
    if account is None:
        return None
    return render(request, "account/password_elsewhere.html", {"account": account})
