"""Domains of an organization: claim, see the record to set, check, remove."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.flows.domains import check_now, claim_domain, record_name, record_text, remove_domain
from accounts.models import OrganizationDomain
from accounts.web.methods import post_only
from accounts.web.organizations.attempts import attempt, attempt_form
from accounts.web.organizations.forms import DomainForm
from accounts.web.organizations.head import OrganizationHead, find_for_owners


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """List the domains, with the record that proves each."""
    return _page(request, find_for_owners(request, name), DomainForm())


@post_only
def claim(request: HttpRequest, name: str) -> HttpResponse:
    """Note a claim."""
    head = find_for_owners(request, name)
    form = DomainForm(request.POST)
    if not attempt_form(
        form,
        lambda: claim_domain(head.organization, by=head.principal, **form.cleaned_data),
        field="name",
    ):
        return _page(request, head, form)
    messages.success(request, _("Now set the TXT record below, then check it."))
    return redirect("web-organization-domains", name)


@post_only
def check(request: HttpRequest, name: str, domain_id: int) -> HttpResponse:
    """Ask name servers now."""
    head = find_for_owners(request, name)
    domain = _find(head, domain_id)
    attempt(
        request,
        lambda: check_now(domain, by=head.principal),
        done=_("%(domain)s is verified. The page of %(name)s shows it.")
        % {"domain": domain, "name": name},
    )
    return redirect("web-organization-domains", name)


@post_only
def remove(request: HttpRequest, name: str, domain_id: int) -> HttpResponse:
    """Give a domain up."""
    head = find_for_owners(request, name)
    domain = _find(head, domain_id)
    attempt(
        request,
        lambda: remove_domain(domain, by=head.principal),
        done=_("%(domain)s is removed. You can delete its TXT record.") % {"domain": domain},
    )
    return redirect("web-organization-domains", name)


def _find(head: OrganizationHead, domain_id: int) -> OrganizationDomain:
    domains = OrganizationDomain.objects.select_related("organization__namespace")
    return get_object_or_404(domains, organization=head.organization, pk=domain_id)


def _page(request: HttpRequest, head: OrganizationHead, form: DomainForm) -> HttpResponse:
    rows = [
        {"domain": domain, "record": record_name(domain), "text": record_text(domain)}
        for domain in head.organization.domains.order_by("name")
    ]
    context = {"head": head, "tab": "settings", "crumb": _("Domains"), "rows": rows, "form": form}
    return render(request, "accounts/organizations/domains.html", context)
