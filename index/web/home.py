"""Pages that show many repositories, or none: home and explore."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.models import Invitation, Namespace, User, Visibility
from accounts.models.namespace import ROOT_NAMESPACE
from accounts.prepared import prepared
from accounts.principals import ANONYMOUS, Principal, reader_of, reader_values
from accounts.replicas import read
from accounts.together import read_together
from accounts.web.fragments import asked_part, lead_to_log_in, nothing_new, vary
from index.answers import requests_among, told_to
from index.first_steps import first_steps
from index.models import Deletion, Repository, RepositoryState
from index.models.repository import RepositoryQuerySet
from index.web.lookup import principal_of

_SHOWN = 6
_MINE_SHOWN = 20
_MINE_READ = _MINE_SHOWN + 1  # one more tells whether there are more
_WAYS = 3  # to what somebody takes part in, as `_way_in` has them
_REMEMBERED_SECONDS = 60
_CANDIDATES = 30  # of which some may be closed meanwhile


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show what this is, or the dashboard of who is signed in."""
    if isinstance(request.user, User):
        return _dashboard(request, request.user)
    if asked_part(request):  # of a dashboard whose session ended
        return lead_to_log_in(request)
    order = ("-star_count", "-pull_count", "name")
    popular = list(_remembered("popular", _pushed(ANONYMOUS), *order))
    return render(request, "index/home.html", {"popular": popular, "example": popular[:1]})


@login_not_required
@require_safe
def explore(request: HttpRequest) -> HttpResponse:
    """Show the repositories that others make much of. Private ones belong to the dashboard."""
    principal = principal_of(request)
    listed = _pushed(principal).exclude(visibility=Visibility.PRIVATE)
    official = listed.filter(namespace__name=ROOT_NAMESPACE)
    indexed = listed.filter(last_pushed_at__isnull=False)  # once more, in the words of the indexes
    context = {
        "official": official.archived_last("-pull_count", "name")[:_SHOWN],
        "starred": indexed.filter(star_count__gt=0).archived_last("-star_count", "name")[:_SHOWN],
        "pulled": _remembered(
            f"pulled-{principal.is_anonymous}",
            listed.filter(pull_count__gt=0),
            *("-pull_count", "name"),
        ),
        "newest": indexed.archived_last("-last_pushed_at", "name")[:_SHOWN],
    }
    return render(request, "index/explore.html", context)


def _remembered(name: str, listed: RepositoryQuerySet, *order: str) -> RepositoryQuerySet:
    """Return the first of these by an order that has no index: it would change with every pull.

    Which those are is remembered for a minute where there are many; whether one may see them never.
    """
    candidates: list[int] | None = cache.get(name)
    if candidates is None:
        first = listed.archived_last(*order).values_list("pk", flat=True)
        candidates = read(lambda alias: list(first.using(alias)[:_CANDIDATES]))
        if len(candidates) == _CANDIDATES:
            cache.set(name, candidates, _REMEMBERED_SECONDS)
    return listed.filter(pk__in=candidates).archived_last(*order)[:_SHOWN]


def _dashboard(request: HttpRequest, user: User) -> HttpResponse:
    principal = Principal(user)
    mine = _involving(user)
    steps = first_steps(user, mine)
    if asked_part(request) == "first-steps" and (old := nothing_new(request, steps.version)):
        return old
    context = {
        "mine": mine[:_MINE_SHOWN],
        "has_more": len(mine) > _MINE_SHOWN,
        "steps": steps,
        "push_name": _push_name(user, mine),
    }
    if asked_part(request) == "first-steps":
        return vary(render(request, "index/dashboard_checklist_part.html", context))
    now, reader = timezone.now(), reader_values(user)
    starred, deletions, invitations, asked = read_together(
        prepared(_starred, now=now, **reader),
        prepared(_deletions, user=user.pk),
        prepared(_invitations, user=user.pk, now=now),
        told_to(user),
    )
    context |= {
        "starred": starred,
        "deletions": deletions,
        "requests": requests_among(asked, principal),
        "invitations": invitations,
    }
    return vary(render(request, "index/dashboard.html", context))


def _push_name(user: User, mine: Sequence[Repository]) -> str:
    """Return what the commands push to: the repository that waits for it, or an example of a name."""
    own = (one.name for one in mine if one.namespace.user_id == user.pk and not one.last_pushed_at)
    return next(own, f"{user.username}/my-app")


def _involving(user: User) -> list[Repository]:
    """Return the newest of what is in the user's namespaces, or granted to the user; not all that is public.

    Each way finds its first by itself: together they may be thousands.
    """
    now, reader = timezone.now(), reader_values(user)
    first = (prepared(_way_in, way, now=now, **reader) for way in range(_WAYS))
    found = {pk for rows in read_together(*first) for (pk,) in rows}
    return prepared(_newest, numbers=found).rows()


def _way_in(way: int, *, now: datetime, **reader: int) -> QuerySet[Repository, tuple[int]]:
    """Return the newest of the user's own, of what was given to the user, or of what is in joined namespaces."""
    principal = reader_of(**reader)
    assert principal.user is not None  # noqa: S101 - a dashboard is somebody's
    joined = Namespace.objects.ids_joined_by(principal.user)
    inside = Repository.objects.filter(namespace__in=joined)
    ways = Repository.objects.ways_in(principal, inside.values("pk"), now=now)
    return ways[way].latest_first().values_list("pk")[:_MINE_READ]


def _newest(*, numbers: list[int]) -> QuerySet[Repository]:
    shown = Repository.objects.filter(pk__in=numbers).latest_first()
    return shown.select_related("namespace")[:_MINE_READ]


def _starred(*, now: datetime, **reader: int) -> QuerySet[Repository]:
    principal = reader_of(**reader)
    visible = Repository.objects.visible_to(principal, now).select_related("namespace")
    return visible.filter(stars__user=principal.user).order_by("-stars__created_at")[:_SHOWN]


def _invitations(*, user: int, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.waiting_for(User(pk=user), now)


def _deletions(*, user: int) -> QuerySet[Deletion]:
    """Return what is on its way out of the user's namespace, or was sent there by the user."""
    unfinished = Deletion.objects.filter(
        finished_at=None, repository__state=RepositoryState.DELETING
    ).select_related("repository")
    return unfinished.filter(Q(requested_by=user) | Q(repository__namespace__user=user))


def _pushed(principal: Principal) -> RepositoryQuerySet:
    """Return what there is something to pull from."""
    pushed = Repository.objects.visible_to(principal).exclude(last_pushed_at=None)
    return pushed.select_related("namespace")
