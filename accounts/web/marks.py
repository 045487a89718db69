"""Marks beside names, for the administrators of the site."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from accounts.flows.mark_verified import mark_verified
from accounts.models import Namespace
from accounts.web.methods import post_only
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.visitors import check_administrator

_PAGE_SIZE = 50


class VerifyForm(forms.Form):
    """Whose namespace gets the mark."""

    namespace = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=30,
        help_text=gettext_lazy("Of a user or an organization."),
    )

    def clean_namespace(self) -> Namespace:
        """Return the namespace of that name."""
        found = Namespace.objects.called(self.cleaned_data["namespace"].strip()).first()
        if found is None:
            message = _("There is no user and no organization of that name.")
            raise forms.ValidationError(message)
        return found


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """List who is verified, with the form for one more."""
    check_administrator(request)
    return _page(request, VerifyForm())


@post_only
def verify(request: HttpRequest) -> HttpResponse:
    """Give the mark."""
    by, form = check_administrator(request), VerifyForm(request.POST)
    if not attempt_form(
        form,
        lambda: mark_verified(form.cleaned_data["namespace"], by=by, is_verified=True),
        field="namespace",
    ):
        return _page(request, form)
    messages.success(
        request, _("%(value)s is verified now.") % {"value": form.cleaned_data["namespace"]}
    )
    return redirect("web-manage-marks")


@post_only
def withdraw(request: HttpRequest, name: str) -> HttpResponse:
    """Take the mark."""
    by, namespace = check_administrator(request), get_object_or_404(Namespace, name=name)
    attempt(
        request,
        lambda: mark_verified(namespace, by=by, is_verified=False),
        done=_("%(namespace)s is no longer verified.") % {"namespace": namespace},
    )
    return redirect("web-manage-marks")


def _page(request: HttpRequest, form: VerifyForm) -> HttpResponse:
    verified = Namespace.objects.filter(is_verified=True).order_by("name")
    page = Paginator(verified, _PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "has_errors": form.is_bound}
    return render(request, "accounts/manage/marks.html", context)
