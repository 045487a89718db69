"""Read activities: of one repository, or of many, newest first and flat at any number of rows.

The newest so many activities are in the so many repositories that something happened in last. So
these are found first, with one look into an index for each repository, and then their newest.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from accounts.cursors import Cursor, behind
from accounts.models import Namespace
from accounts.principals import Principal
from index.activity_words import FOR_READERS
from index.models import Activity, ActivityKind, Repository, Star, Watch
from index.models.repository import RepositoryQuerySet

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class Feed:
    """A page of activities, and where the next one begins; empty at the end."""

    activities: list[Activity]
    before: str


def kinds_for(wanted: str, *, for_admins: bool = False) -> frozenset[str]:
    """Return the kinds to show: the wanted one if it may be read of, or all that may."""
    open_kinds = frozenset(ActivityKind.values if for_admins else map(str, FOR_READERS))
    return open_kinds & {wanted} if wanted in ActivityKind.values else open_kinds


def feed_of(repository: Repository, *, kinds: frozenset[str], before: Cursor | None = None) -> Feed:
    """Return a page of what happened in one repository that may be seen."""
    return _page_of(_newest_ids([repository.pk], kinds, before))


def feed(
    repositories: RepositoryQuerySet, *, kinds: frozenset[str], before: Cursor | None = None
) -> Feed:
    """Return a page of what happened in these; begin with `visible_to`, it is asked here and now."""
    inside = behind(Activity.objects.filter(_of_kinds(kinds), repository=OuterRef("pk")), before)
    newest = repositories.annotate(newest_at=Subquery(inside.values("at")[:1]))
    lively = newest.filter(newest_at__isnull=False).order_by("-newest_at", "-pk")
    ids = _newest_ids(lively.values_list("pk", flat=True)[: PAGE_SIZE + 1], kinds, before)
    return _page_of(ids)


def followed_by(principal: Principal) -> RepositoryQuerySet:
    """Return what a person watches, has starred, owns or was given a part in, and may see today."""
    user = principal.user
    if user is None:
        return Repository.objects.none()
    joined = Namespace.objects.ids_joined_by(user)
    return Repository.objects.taken_part_in(
        principal,
        Repository.objects.filter(namespace__in=joined).values("pk"),
        Watch.objects.filter(user=user).values("repository"),
        Star.objects.filter(user=user).values("repository"),
    )


def _newest_ids(
    repositories: Iterable[int], kinds: frozenset[str], before: Cursor | None
) -> list[int]:
    """Return the ids of the newest of each, in one statement; each part walks an index."""
    parts, params = [], []
    for number, repository_id in enumerate(repositories if kinds else ()):
        rows = Activity.objects.filter(_of_kinds(kinds), repository=repository_id)
        newest = behind(rows, before).values_list("pk", flat=True)[: PAGE_SIZE + 1]
        sql, values = newest.query.get_compiler(connection=connection).as_sql()
        parts.append(f"SELECT * FROM ({sql}) AS part{number}")  # noqa: S608 - made by Django
        params += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(parts), params)
        return [row[0] for row in cursor.fetchall()]


def _of_kinds(kinds: frozenset[str]) -> Q:
    if len(kinds) == 1:  # by an index of its own
        return Q(kind=next(iter(kinds)))
    if kinds == frozenset(ActivityKind.values):
        return Q()
    return Q(kind__in=sorted(kinds))


def _page_of(ids: list[int]) -> Feed:
    """Return the newest of these; joined by their ids, so that no planner walks another index."""
    rows = Activity.objects.filter(pk__in=ids).select_related("repository__namespace")
    found = list(rows.order_by("-at", "-pk")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return Feed(shown, str(Cursor(shown[-1].at, shown[-1].pk)) if more else "")


def updated_at(found: Feed) -> datetime:
    """Return when the last thing happened, for feed readers."""
    return found.activities[0].at if found.activities else timezone.now()
