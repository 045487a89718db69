"""Who changed what in an organization: a page to search, and a file to keep."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.audit_search import AuditFilter, csv_rows
from accounts.errors import LimitReached
from accounts.limits import EXPORTS
from accounts.ratelimits import spend
from accounts.web.organizations.forms import AuditFilterForm
from accounts.web.organizations.head import find_for_owners

_PAGE_SIZE = 50
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


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
        "crumb": "Audit",
        "form": form,
        "page": Paginator(events, _PAGE_SIZE).get_page(request.GET.get("page")),
        "query": f"{urlencode(given)}&" if given else "",
    }
    return render(request, "accounts/organizations/audit.html", context)


@require_safe
def export(request: HttpRequest, name: str) -> HttpResponseBase:
    """Return all events that match as CSV."""
    head = find_for_owners(request, name)
    form = AuditFilterForm(request.GET)
    if not form.is_valid():
        return redirect("web-organization-audit", name)
    try:
        spend(EXPORTS, head.principal.subject, what="exports")
    except LimitReached as error:
        messages.error(request, str(error))
        return redirect("web-organization-audit", name)
    rows = csv_rows(_filter(form).find(head.organization.namespace))
    response = StreamingHttpResponse(_lines(rows), content_type="text/csv; charset=utf-8")
    file_name = f"{name}-audit-{timezone.now():%Y-%m-%d}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    return response


class _Line:
    """Returns what csv writes, instead of keeping it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _lines(rows: Iterator[list[str]]) -> Iterator[str]:
    writer = csv.writer(_Line())
    for row in rows:
        line: str = writer.writerow([_cell(text) for text in row])
        yield line


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking what someone named a thing for a formula."""
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text


def _filter(form: AuditFilterForm) -> AuditFilter:
    wanted: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    return AuditFilter(**wanted)
