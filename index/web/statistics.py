"""Graphs of a repository, for whoever sees it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from index.models import Repository
from index.statistics import SPANS, days_of, stretches_of
from index.web.badges import badge_snippets
from index.web.lookup import find_repository, principal_of
from index.web.repositories import page_context
from index.web.statistics_picture import draw


@login_not_required
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show pulls and pushes of the last days."""
    repository = find_repository(request, name)
    asked = request.GET.get("days", "")
    span = int(asked) if asked in map(str, SPANS) else SPANS[0]
    stretches = stretches_of(days_of(repository, span=span))
    context = page_context(repository, principal_of(request)) | {
        "stretches": list(reversed(stretches)),
        "by_week": len(stretches) < span,
        "graphs": [draw(noun, stretches) for noun in ("pull", "push")],
        "span": span,
        "spans": SPANS,
        "snippets": _snippets(repository),
    }
    return render(request, "index/statistics.html", context)


def _snippets(repository: Repository) -> list[tuple[str, str]]:
    """Return what to paste for badges; of what is not public they would say nothing."""
    return badge_snippets(repository) if repository.visibility == "public" else []
