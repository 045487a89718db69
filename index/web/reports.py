"""Report a repository: the page behind the link on each repository's page, without a log-in too."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import AccountError
from accounts.flows import proof_of_work
from index.errors import IndexRefusal
from index.flows.report_repository import Words, is_proof_demanded, report_repository
from index.models import ReportKind, Repository
from index.web.lookup import find_repository, principal_of
from index.web.report_forms import ReportForm


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, name: str) -> HttpResponse:
    """Take a report, or show the form for one."""
    repository, by = find_repository(request, name), principal_of(request)
    form = ReportForm(request.POST or None, is_anonymous=by.is_anonymous)
    if request.method == "POST" and form.is_valid() and _send(request, repository, form):
        done = _("Thank you. Administrators of this site will look at %(name)s.")
        messages.success(request, done % {"name": repository.name})
        return redirect("web-repository", repository.name)
    context = {"repository": repository, "form": form}
    if by.is_anonymous and is_proof_demanded():
        context["challenge"] = proof_of_work.make_challenge()
    return render(request, "index/report.html", context)


def _send(request: HttpRequest, repository: Repository, form: ReportForm) -> bool:
    data = form.cleaned_data
    try:
        report_repository(
            repository,
            by=principal_of(request),
            words=Words(ReportKind(data["kind"]), data["text"], data.get("email", "")),
            address=request.META["REMOTE_ADDR"],
            proof=data.get("proof", ""),
        )
    except (AccountError, IndexRefusal) as refusal:
        form.add_error(None, str(refusal))
        return False
    return True
