"""The audit of the whole site, for administrators: search, download, and how far it was forwarded."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.audit import AuditAction, record
from accounts.audit_forwarding.lag import standings
from accounts.audit_search import page_of
from accounts.cursors import read_cursor
from accounts.errors import LimitReached
from accounts.limits import EXPORTS
from accounts.ratelimits import spend
from accounts.web.audit_file import KINDS, as_file
from accounts.web.audit_forms import SiteAuditForm
from accounts.web.visitors import check_administrator


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show the events that match, newest first."""
    check_administrator(request)
    form = SiteAuditForm(request.GET)
    before = read_cursor(request.GET.get("before", ""))
    page = page_of(form.filter.find_everywhere(), before)
    context = {
        "form": form,
        "page": page,
        "query": form.query,
        "is_first": before is None,
        "standings": standings(),
    }
    return render(request, "accounts/manage/audit.html", context)


@require_safe
def export(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Return all events that match as a file; that somebody took it is written down."""
    principal = check_administrator(request)
    form = SiteAuditForm(request.GET)
    if kind not in KINDS:
        raise Http404
    if not form.is_valid():
        return redirect("web-manage-audit")
    try:
        spend(EXPORTS, principal.subject, what="exports")
    except LimitReached as error:
        messages.error(request, str(error))
        return redirect("web-manage-audit")
    record(AuditAction.AUDIT_EXPORTED, by=principal, target="audit", kind=kind)
    return as_file(form.filter.find_everywhere(), kind, called="site")
