"""Pages of users and organizations, and the settings of one's namespaces."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Namespace, OrganizationRole, Visibility
from accounts.web.fragments import asked_part, lead_to_log_in, nothing_new, vary
from accounts.web.organizations.head import find_head
from index.flows.change_namespace import change_default_visibility, change_public_secrets_rule
from index.flows.quotas import Used, used_by
from index.models import Repository
from index.organization_steps import organization_steps
from index.web.forms import NamespaceForm, namespaces_held_by
from index.web.lookup import principal_of
from index.web.organization_guide import guide_for

_PAGE_SIZE = 25
_STEPS = "organization-steps"  # the element that leads owners of a new organization on


@login_not_required
@require_safe
def user(request: HttpRequest, name: str) -> HttpResponse:
    """Show a person; an organization of that name has its page elsewhere."""
    namespace = _find(name)
    if namespace.organization_id:
        return redirect("web-organization", name)
    person = namespace.user
    # Before the address is proven there is nobody to show: it would tell which sign-up was real.
    if person is None or not (person.is_active and person.is_verified):
        raise Http404
    return _show(request, namespace, "index/namespace.html")


@login_not_required
@require_safe
def organization(request: HttpRequest, name: str) -> HttpResponse:
    """Show an organization and what may be seen of its repositories."""
    namespace = _find(name)
    if namespace.organization_id is None:
        raise Http404
    head = find_head(request, name)
    context: dict[str, object] = {"head": head, "tab": "repositories"}
    if asked_part(request) != _STEPS:
        context["steps"] = guide_for(request, head)
        return vary(_show(request, namespace, "index/organization.html", **context))
    if head.role != OrganizationRole.OWNER:  # not any more, or logged out
        return redirect("web-organization", name) if head.user else lead_to_log_in(request)
    steps = organization_steps(head.organization)
    part = "index/organization_steps_part.html"
    old = nothing_new(request, steps.version)
    return old or vary(_show(request, namespace, part, **context, steps=steps))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Show and change the default visibility of the namespaces that are one's own."""
    principal = principal_of(request)
    held = {namespace.name: namespace for namespace in namespaces_held_by(principal)}
    if request.method == "POST":
        form = NamespaceForm(request.POST)
        if form.is_valid() and (namespace := held.get(form.cleaned_data["namespace"])):
            visibility = Visibility(form.cleaned_data["default_visibility"])
            refuses = form.cleaned_data["refuses_public_secrets"]
            with transaction.atomic():
                change_default_visibility(namespace, by=principal, visibility=visibility)
                change_public_secrets_rule(namespace, by=principal, refuses=refuses)
            messages.success(
                request,
                _("New repositories of %(namespace)s start as %(visibility)s.")
                % {"namespace": namespace, "visibility": visibility},
            )
            return redirect("web-namespace-settings")
        raise Http404
    used = used_by(held.values())
    forms = [_form(namespace, used[namespace.pk]) for namespace in held.values()]
    return render(request, "index/namespace_settings.html", {"forms": forms})


def _form(namespace: Namespace, used: Used) -> NamespaceForm:
    initial = {
        "namespace": namespace.name,
        "default_visibility": namespace.default_visibility,
        "refuses_public_secrets": namespace.refuses_public_secrets,
    }
    return NamespaceForm(
        initial=initial, held=namespace, used=used, auto_id=f"id_{namespace.name}_%s"
    )


def _find(name: str) -> Namespace:
    found = Namespace.objects.called(name).select_related("user", "organization").first()
    if found is None:
        raise Http404
    return found


def _show(
    request: HttpRequest, namespace: Namespace, template: str, **context: object
) -> HttpResponse:
    visible = Repository.objects.visible_to(principal_of(request)).filter(namespace=namespace)
    ordered = visible.select_related("namespace").latest_first()
    page = Paginator(ordered, _PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, template, {"namespace": namespace, "page": page, **context})
