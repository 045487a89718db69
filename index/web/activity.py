"""What happened, for people: everywhere one has a part in, in an organization, in a repository."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.cursors import read_cursor
from accounts.models import Visibility
from accounts.web.organizations.head import find_head
from index.activity_feed import (
    Feed,
    feed,
    feed_of,
    followed_by,
    kinds_for,
    updated_at,
)
from index.activity_words import FOR_READERS
from index.models import ActivityKind, Repository
from index.web.lookup import find_repository, principal_of
from index.web.repositories import page_context


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Show what happened in what one watches, starred or has a part in."""
    found = feed(
        followed_by(principal_of(request)), kinds=kinds_for(_kind(request)), before=_before(request)
    )
    return render(request, "index/activity.html", _context(request, found))


@login_not_required
@require_safe
def of_organization(request: HttpRequest, name: str) -> HttpResponse:
    """Show what happened in the repositories of an organization that one may see."""
    head = find_head(request, name)
    visible = Repository.objects.visible_to(principal_of(request))
    found = feed(
        visible.filter(namespace=head.organization.namespace),
        kinds=kinds_for(_kind(request), for_admins=head.is_owner),
        before=_before(request),
    )
    context = {**_context(request, found, for_admins=head.is_owner), "head": head}
    context |= {"tab": "activity", "crumb": _("Activity")}
    return render(request, "index/organization_activity.html", context)


@login_not_required
@require_safe
def of_repository(request: HttpRequest, name: str) -> HttpResponse:
    """Show what happened in a repository."""
    repository = find_repository(request, name)
    head = page_context(repository, principal_of(request))
    for_admins = head["may_administer"]
    kinds = kinds_for(_kind(request), for_admins=for_admins)
    found = feed_of(repository, kinds=kinds, before=_before(request))
    context = {**head, **_context(request, found, for_admins=for_admins)}
    return render(request, "index/repository_activity.html", context)


@login_not_required
@require_safe
def atom(request: HttpRequest, name: str) -> HttpResponse:
    """Return the news of a public repository for feed readers, who do not log in."""
    repository = find_repository(request, name)
    if repository.visibility != Visibility.PUBLIC:
        raise Http404
    found = feed_of(repository, kinds=kinds_for(""))
    context = {
        "repository": repository,
        "feed": found,
        "updated_at": updated_at(found),
        "site": settings.PUBLIC_URL,
    }
    return render(request, "index/activity.atom", context, content_type="application/atom+xml")


def _context(request: HttpRequest, found: Feed, *, for_admins: bool = False) -> dict[str, Any]:
    kind = _kind(request)
    shown = ActivityKind if for_admins else [one for one in ActivityKind if one in FOR_READERS]
    return {
        "feed": found,
        "kind": kind,
        "kinds": [(one.value, one.label) for one in shown],
        "query": f"kind={kind}&" if kind else "",
        "is_first": _before(request) is None,
    }


def _kind(request: HttpRequest) -> str:
    asked = request.GET.get("kind", "")
    return asked if asked in ActivityKind.values else ""


def _before(request: HttpRequest) -> Any:
    return read_cursor(request.GET.get("before", ""))
