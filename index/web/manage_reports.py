"""Reports of abuse, for the administrators of the site: what waits, the decision, what is hidden."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.errors import AccountError
from accounts.web.profile_forms import ReasonForm
from accounts.web.recent_factor import dangerous
from accounts.web.visitors import check_administrator
from index.errors import AlreadyDecided, IndexRefusal
from index.flows.decide_report import decide_report, show_again
from index.models import Hiding, Report, ReportState
from index.web.methods import post_only
from index.web.report_forms import DecisionForm

_PAGE_SIZE = 25
_OTHERS_SHOWN = 10
_SHOWN = ("open", "decided", "hidden")


@require_safe
def show_all(request: HttpRequest) -> HttpResponse:
    """List what waits, what was decided, or what is hidden."""
    check_administrator(request)
    asked = request.GET.get("show", "")
    shown = asked if asked in _SHOWN else "open"
    reports = Report.objects.select_related("repository__namespace", "reporter", "decided_by")
    found: QuerySet[Any]
    if shown == "hidden":
        found = Hiding.objects.select_related("repository", "hidden_by").order_by("-hidden_at")
    elif shown == "decided":
        found = reports.exclude(state=ReportState.OPEN).order_by("-decided_at", "-pk")
    else:
        found = reports.filter(state=ReportState.OPEN)
    page = Paginator(found, _PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "index/manage/reports.html", {"page": page, "shown": shown})


@require_safe
def show(request: HttpRequest, report_id: int) -> HttpResponse:
    """Show one report, with the form that decides it."""
    check_administrator(request)
    return _page(request, _find(report_id), DecisionForm())


@post_only
@dangerous
def decide(request: HttpRequest, report_id: int) -> HttpResponse:
    """Do what was decided."""
    by, report = check_administrator(request), _find(report_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        return _page(request, report, form)
    decision = ReportState(form.cleaned_data["decision"])
    try:
        decide_report(report, decision=decision, by=by, reason=form.cleaned_data["reason"])
    except AlreadyDecided as refusal:
        messages.warning(request, str(refusal))
    except (AccountError, IndexRefusal) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, report, form)
    else:
        messages.success(request, _("Decided. Who reported it is told."))
    return redirect("web-manage-reports")


@post_only
@dangerous
def unhide(request: HttpRequest, hiding_id: int) -> HttpResponse:
    """Let the admins of a hidden repository decide again who sees it."""
    by = check_administrator(request)
    hiding = get_object_or_404(Hiding.objects.select_related("repository"), pk=hiding_id)
    form = ReasonForm(request.POST)
    try:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        show_again(hiding.repository, by=by, reason=reason)
    except (AccountError, IndexRefusal) as refusal:
        messages.error(request, str(refusal))
    else:
        done = _("%(name)s is not hidden any more; its admins can make it public.")
        messages.success(request, done % {"name": hiding.repository.name})
    return redirect("web-manage-reports")


def _find(report_id: int) -> Report:
    related = ("repository__namespace__user", "repository__namespace__organization", "reporter")
    return get_object_or_404(Report.objects.select_related(*related, "decided_by"), pk=report_id)


def _page(request: HttpRequest, report: Report, form: DecisionForm) -> HttpResponse:
    others = Report.objects.filter(repository=report.repository).exclude(pk=report.pk)
    context = {
        "report": report,
        "repository": report.repository,
        "others": others.select_related("reporter").order_by("-created_at")[:_OTHERS_SHOWN],
        "form": form,
    }
    return render(request, "index/manage/report.html", context)
