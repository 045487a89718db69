"""Organizations, for administrators: find them, see who owns them, freeze them, give them an owner."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import AccountError
from accounts.flows import manage_organizations as flows
from accounts.models import AuditEvent, Organization, User
from accounts.organization_search import SHOWN, search_organizations
from accounts.owned import owned_by
from accounts.principals import Principal
from accounts.web.manage_forms import OwnerForm
from accounts.web.methods import post_only
from accounts.web.profile_forms import ReasonForm
from accounts.web.recent_factor import dangerous
from accounts.web.visitors import check_administrator

_PAGE_SIZE = 25
_EVENTS_SHOWN = 10


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List organizations, or those that a word is part of."""
    check_administrator(request)
    query = request.GET.get("q", "").strip()[:100]
    asked = request.GET.get("show", "")
    shown = asked if asked in SHOWN else "all"
    found = search_organizations(query, shown)
    context = {
        "page": Paginator(found, _PAGE_SIZE).get_page(request.GET.get("page")),
        "query": query,
        "shown": shown,
    }
    return render(request, "accounts/manage/organizations.html", context)


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one organization and what can be done with it."""
    check_administrator(request)
    return _page(request, _find(name))


@post_only
@dangerous
def freeze(request: HttpRequest, name: str) -> HttpResponse:
    """Let nothing in it change."""
    done = _("%(name)s is frozen: its images can be pulled, and nothing changes.")
    return _do(request, name, flows.freeze, done)


@post_only
@dangerous
def unfreeze(request: HttpRequest, name: str) -> HttpResponse:
    """Let its people go on."""
    return _do(request, name, flows.unfreeze, _("%(name)s can be changed again."))


@post_only
@dangerous
def give_owner(request: HttpRequest, name: str) -> HttpResponse:
    """Make somebody the owner of one that has none."""
    by, organization = check_administrator(request), _find(name)
    form = OwnerForm(request.POST)
    if form.is_valid():
        to: User = form.cleaned_data["owner"]
        try:
            flows.give_owner(organization, to=to, by=by, reason=form.cleaned_data["reason"])
        except AccountError as error:
            form.add_error(None, str(error))
        else:
            done = _("%(name)s has an owner again: %(owner)s.")
            messages.success(request, done % {"name": name, "owner": to.username})
            return redirect("web-manage-organization", name)
    return _page(request, organization, owner_form=form)


def _do(request: HttpRequest, name: str, flow: Callable[..., None], done: str) -> HttpResponse:
    by: Principal = check_administrator(request)
    organization, form = _find(name), ReasonForm(request.POST)
    if form.is_valid():
        try:
            flow(organization, by=by, reason=form.cleaned_data["reason"])
        except AccountError as error:
            form.add_error("reason", str(error))
        else:
            messages.success(request, done % {"name": name})
            return redirect("web-manage-organization", name)
    return _page(request, organization, form=form)


def _find(name: str) -> Organization:
    return get_object_or_404(search_organizations(""), name=name)


def _page(
    request: HttpRequest,
    organization: Organization,
    *,
    form: ReasonForm | None = None,
    owner_form: OwnerForm | None = None,
) -> HttpResponse:
    namespace = organization.namespace
    context = {
        "organization": organization,
        "namespace": namespace,
        "owned": owned_by(namespace),
        "events": AuditEvent.objects.filter(namespace=namespace)[:_EVENTS_SHOWN],
        "form": form or ReasonForm(),
        "owner_form": owner_form or OwnerForm(),
        "has_errors": bool((form and form.errors) or (owner_form and owner_form.errors)),
    }
    return render(request, "accounts/manage/organization.html", context)
