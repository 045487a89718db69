"""Who changed what in an organization: a page to search, and a file to keep."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.audit_search import AuditFilter
from accounts.errors import LimitReached
from accounts.limits import EXPORTS
from accounts.ratelimits import spend
from accounts.web.audit_file import as_file
from accounts.web.organizations.forms import AuditFilterForm
from accounts.web.organizations.head import find_for_owners

_PAGE_SIZE = 50


@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show the events that match, newest first."""
    head = find_for_owners(request, name)
    form = AuditFilterForm(request.GET)
    events = _filter(form).find(head.organization.namespace)
    given = {key: request.GET[key] for key in form.fields if request.GET.get(key)}
    context = {
        "head": head,
        "tab": "audit",
        "crumb": _("Audit"),
        "form": form,
        "page": Paginator(events, _PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"{urlencode(given)}&" if given else "",
    }
    return render(request, "accounts/organizations/audit.html", context)


@require_safe
def export(request: HttpRequest, name: str, kind: str = "csv") -> HttpResponseBase:
    """Return all events that match as CSV, or as lines of JSON."""
    head = find_for_owners(request, name)
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return redirect("web-organization-audit", name)
    try:
        spend(EXPORTS, head.principal.subject, what="exports")
    except LimitReached as error:
        messages.error(request, str(error))
        return redirect("web-organization-audit", name)
    return as_file(_filter(form).find(head.organization.namespace), kind, called=name)


def _filter(form: AuditFilterForm) -> AuditFilter:
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return AuditFilter(**wanted)
