"""The access tab of an organization: the review of all its repositories, and what new ones start with."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from accounts.errors import LimitReached
from accounts.models import Namespace
from accounts.together import read_together
from accounts.web.organizations.head import OrganizationHead, find_for_owners
from accounts.words import word
from index.access_numbers import CountedRows
from index.errors import IndexRefusal
from index.flows.change_default_grants import give_by_default, stop_giving_by_default
from index.flows.review_access import confirm_review, last_review
from index.models import DefaultGrant, Repository
from index.models.repository import RepositoryQuerySet
from index.roles import Role
from index.web.access_export import export
from index.web.access_forms import AccessFilterForm, DefaultGrantForm, ReviewForm
from index.web.access_table import review_page
from index.web.lookup import principal_of
from index.web.methods import post_only


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show who can access what."""
    head, namespace = find_organization(request, name)
    return _page(request, head, namespace, ReviewForm())


@require_safe
def download(request: HttpRequest, name: str, kind: str) -> HttpResponse:
    """Hand out the whole review as a file."""
    _, namespace = find_organization(request, name)
    by = principal_of(request)
    try:
        return export(_repositories(namespace), namespace, kind, namespace.name, by=by)
    except LimitReached as refusal:
        messages.error(request, str(refusal))
        return redirect("web-organization-access", namespace.name)


@post_only
def confirm(request: HttpRequest, name: str) -> HttpResponse:
    """Write down that somebody has looked through it."""
    head, namespace = find_organization(request, name)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return _page(request, head, namespace, form)
    confirm_review(namespace, by=principal_of(request), note=form.cleaned_data["note"])
    messages.success(request, gettext("Your review is written down."))
    return redirect("web-organization-access", namespace.name)


@require_safe
def defaults(request: HttpRequest, name: str) -> HttpResponse:
    """Show what new repositories start with."""
    head, namespace = find_organization(request, name)
    return _defaults_page(request, head, namespace, DefaultGrantForm(namespace=namespace))


@post_only
def add_default(request: HttpRequest, name: str) -> HttpResponse:
    """Give a team or a robot a role on repositories to come."""
    head, namespace = find_organization(request, name)
    form = DefaultGrantForm(request.POST, namespace=namespace)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        try:
            give_by_default(namespace, to=form.found, role=role, by=principal_of(request))
        except IndexRefusal as refusal:
            form.add_error("grantee", str(refusal))
        else:
            messages.success(
                request,
                gettext("On new repositories, %(found)s is %(role)s.")
                % {"found": form.found, "role": word(role.value)},
            )
            return redirect("web-organization-defaults", namespace.name)
    return _defaults_page(request, head, namespace, form)


@post_only
def delete_default(request: HttpRequest, name: str, default_id: int) -> HttpResponse:
    """Give it no more; a default of another organization is not found (case 19)."""
    _, namespace = find_organization(request, name)
    rows = namespace.default_grants.select_related(
        "namespace", "team__organization", "robot__namespace"
    )
    default = get_object_or_404(rows, pk=default_id)
    stop_giving_by_default(default, by=principal_of(request))
    messages.success(
        request,
        gettext("New repositories give %(grantee)s nothing any more.")
        % {"grantee": default.grantee},
    )
    return redirect("web-organization-defaults", namespace.name)


def find_organization(request: HttpRequest, name: str) -> tuple[OrganizationHead, Namespace]:
    """Return the organization for its owners, and its namespace."""
    head = find_for_owners(request, name)
    return head, head.organization.namespace


def _repositories(namespace: Namespace) -> RepositoryQuerySet:
    return Repository.objects.filter(namespace=namespace)


def _page(
    request: HttpRequest, head: OrganizationHead, namespace: Namespace, form: ReviewForm
) -> HttpResponse:
    filter_form = AccessFilterForm(request.GET, auto_id="id_filter_%s")
    given = {name: request.GET[name] for name in filter_form.fields if request.GET.get(name)}
    rows = CountedRows(namespace, filter_form.wanted)
    reviews, *numbers = read_together(last_review(namespace), *rows.questions)
    rows.learn(numbers)
    context = {
        "head": head,
        "tab": "access",
        "crumb": gettext("Access"),
        "namespace": namespace,
        "filter_form": filter_form,
        "page": review_page(rows, namespace, request.GET.get("page")),
        "query": f"{urlencode(given)}&" if given else "",
        "is_filtered": bool(given),
        "review_form": form,
        "last_review": reviews[0] if reviews else None,
        "has_errors": bool(form.errors),
    }
    return render(request, "index/organization_access.html", context)


def _defaults_page(
    request: HttpRequest, head: OrganizationHead, namespace: Namespace, form: DefaultGrantForm
) -> HttpResponse:
    rows = DefaultGrant.objects.filter(namespace=namespace)
    context = {
        "head": head,
        "tab": "access",
        "crumb": gettext("Default permissions"),
        "namespace": namespace,
        "defaults": rows.select_related("team__organization", "robot__namespace").order_by("pk"),
        "form": form,
        "has_choices": bool(form.choices),
        "has_errors": bool(form.errors),
    }
    return render(request, "index/organization_defaults.html", context)
