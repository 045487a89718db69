"""Watch repositories, and see which ones one watches."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.web.fragments import asked_part, vary
from index.flows import watch_repository
from index.models import Repository
from index.policy import allowed_actions
from index.web.lookup import find_repository, principal_of
from index.web.methods import post_only

_PAGE_SIZE = 25


@post_only
def watch(request: HttpRequest, name: str) -> HttpResponse:
    """Be told what happens."""
    repository = find_repository(request, name)
    watch_repository.watch(repository, by=principal_of(request))
    return _after(request, repository)


@post_only
def unwatch(request: HttpRequest, name: str) -> HttpResponse:
    """Be told no longer."""
    repository = find_repository(request, name)
    watch_repository.unwatch(repository, by=principal_of(request))
    return _after(request, repository)


def _after(request: HttpRequest, repository: Repository) -> HttpResponse:
    """Answer the button as it is now, or lead back to the page that has it."""
    if asked_part(request) != "watch":
        return redirect("web-repository", repository.name)
    repository = find_repository(request, repository.name)  # its numbers are others now
    decision = allowed_actions(principal_of(request), repository)
    context = {"repository": repository, "may_administer": decision.may_administer}
    return vary(render(request, "components/watch_button.html", context))


@require_safe
def watching(request: HttpRequest) -> HttpResponse:
    """Show what the visitor watches and may see."""
    rows = watch_repository.watched_by(principal_of(request))
    page = Paginator(rows, _PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "index/watching.html", {"page": page})
