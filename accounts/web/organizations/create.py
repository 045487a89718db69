"""One's organizations, and a new one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.flows.organizations import create_organization
from accounts.models import Membership
from accounts.web.organizations.attempts import attempt_form
from accounts.web.organizations.forms import NewOrganizationForm
from accounts.web.organizations.head import signed_in_user


@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """List the organizations one is in."""
    memberships = Membership.objects.filter(
        user=signed_in_user(request), organization__deleted_at=None
    )
    ordered = memberships.select_related("organization").prefetch_related("organization__domains")
    context = {"memberships": ordered.order_by("organization__name")}
    return render(request, "accounts/organizations/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Create an organization; whoever does is its first owner."""
    user = signed_in_user(request)
    form = NewOrganizationForm(request.POST or None)
    if request.method == "POST" and attempt_form(
        form, lambda: create_organization(**form.cleaned_data, owner=user), field="name"
    ):
        name = form.cleaned_data["name"]
        messages.success(request, _("{name} is yours.").format(name=name))
        return redirect("web-organization", name)  # which leads on
    return render(request, "accounts/organizations/new.html", {"form": form})
