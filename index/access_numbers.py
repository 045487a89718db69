"""How many ways in there are to each of many repositories, without reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any, Literal, NamedTuple, TypeVar

from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.models import Membership, Namespace, OrganizationRole, TeamMembership
from accounts.prepared import Query, Statement, prepared
from accounts.together import read_together
from index.access import (
    EVERYTHING,
    AccessFilter,
    AccessSource,
    Part,
    Rows,
    given_directly,
    parts_of,
    unexpired_grants,
    united,
)
from index.models import Repository, RepositoryState
from index.roles import Role

T = TypeVar("T")
_PAGE = 25  # rows or a few more are read by one statement


class _Review(NamedTuple):
    """What all its statements have in common."""

    of: Literal["pk", "namespace"]  # which field of repositories says what it is about
    wanted: AccessFilter


class CountedRows:
    """The rows of a review, of which a page reads those of the few repositories that it shows.

    Members of a team and owners of a namespace are counted once, not for each of its repositories.
    """

    def __init__(self, about: Repository | Namespace, wanted: AccessFilter = EVERYTHING) -> None:
        """Look at nothing yet: `questions` go to the database, with others of the page, and `learn` answers."""
        self._review = _Review("pk" if isinstance(about, Repository) else "namespace", wanted)
        self._about = about.pk
        self._now = timezone.now()
        self._same_for = _same_for(wanted.source)
        self._found: list[Counter[int]] = []
        self.numbers: dict[int, int] = {}

    @property
    def questions(self) -> list[Statement]:
        """Return what is to be known, for `read_together`."""
        parts = [number for number, same_for in enumerate(self._same_for) if not same_for]
        return [self._asked(_shared, name) for name in _SHARED] + [
            self._asked(_of_a_part, number) for number in parts
        ]

    def learn(self, answers: Sequence[list[Any]]) -> None:
        """Count."""
        order, grants, members, owners, *others = answers
        owners_of, members_of = dict(owners), dict(members)
        of_teams: dict[int, int] = {}
        for pk, team in grants:
            of_teams[pk] = of_teams.get(pk, 0) + members_of.get(team, 0)
        of_owners = {pk: owners_of.get(namespace, 0) for pk, namespace in order}
        found = {"team": Counter(of_teams), "namespace": Counter(of_owners)}
        rest = iter(others)
        self._found = [
            found[same_for] if same_for else Counter(chain.from_iterable(next(rest)))
            for same_for in self._same_for
        ]
        ways = Counter[int]()
        for numbers in sorted(self._found, key=len, reverse=True):  # into nothing is quickest
            ways.update(numbers)
        self.numbers = {pk: ways[pk] for pk, _ in order}

    def count(self) -> int:
        """Return how many there are."""
        return sum(self.numbers.values())

    def __getitem__(self, part: slice) -> list[dict[str, Any]]:
        """Return some of them, and ask no table that has none of these."""
        shown, first = _overlapping(self.numbers.items(), part, 0)
        of_these = [
            (number, sum(found[pk] for pk in shown)) for number, found in enumerate(self._found)
        ]
        if len(shown) == 1:  # then one part follows the other
            parts, first = _overlapping(of_these, part, first)
        else:
            parts = [one for one, number in of_these if number]
        if not parts:
            return []
        begin, end = part.start - first, part.stop - first
        if begin:  # of each page another
            return list(_shown(self._review, (*parts,), begin, end, **self._values, shown=shown))
        most = -(-end // _PAGE) * _PAGE
        return self._asked(_shown, (*parts,), begin, most, shown=shown).rows()[:end]

    @property
    def _values(self) -> dict[str, Any]:
        return {"about": self._about, "now": self._now}

    def _asked(self, query: Query, *shape: Hashable, **values: Collection[int]) -> Statement:
        wanted = self._review.wanted
        if wanted.holder or wanted.repository:  # what somebody typed is hardly asked again
            return Statement.of(query(self._review, *shape, **self._values, **values))
        return prepared(query, self._review, *shape, **self._values, **values)


def _overlapping(numbered: Iterable[tuple[T, int]], part: slice, begin: int) -> tuple[list[T], int]:
    """Return what has rows in the slice of all that begin there, and where the first of these begins."""
    found: list[T] = []
    first = begin
    for one, number in numbered:
        if begin >= part.stop:
            break
        if begin + number > part.start and number:
            first = first if found else begin
            found.append(one)
        begin += number
    return found, first


# What all parts share: repositories in their order, and whose number is that of others.
_SHARED = ("order", "grants", "members", "owners")


def _shared(review: _Review, name: str, *, about: int, now: datetime) -> QuerySet[Any, Any]:
    """Return one of these questions."""
    wanted, live = review.wanted, _live(review, about)
    if name == "order":
        return live.order_by("name").values_list("pk", "namespace")
    if name == "owners":
        return _owners(live, wanted)
    granted = given_directly(unexpired_grants(live, now).filter(team__isnull=False))
    of_teams = granted.matching(replace(wanted, holder="")).rows
    if name == "grants":
        return of_teams.values_list("repository", "team")
    # Each once: else PostgreSQL looks at the repository of every grant, one by one.
    teams = of_teams.order_by().values("team").distinct()
    members = TeamMembership.objects.filter(team__in=teams)
    if wanted.holder:
        members = members.filter(membership__user__username__contains=wanted.holder)
    return _numbers(members, "team")


def _owners(live: QuerySet[Repository], wanted: AccessFilter) -> QuerySet[Any, Any]:
    owners = Membership.objects.filter(
        role=OrganizationRole.OWNER,
        user__isnull=False,
        organization__namespace__in=live.values("namespace"),
    )
    if wanted.role not in {"", Role.ADMIN}:
        owners = owners.none()
    if wanted.holder:
        owners = owners.filter(user__username__contains=wanted.holder)
    return _numbers(owners, "organization__namespace")


def _of_a_part(review: _Review, number: int, **values: Any) -> QuerySet[Any, Any]:
    """Return to which repository each of its rows leads."""
    part = _parts(review, **values)[number]
    rows: QuerySet[Any, Any] = part.rows.values_list(part.repository)
    return rows


def _shown(
    review: _Review,
    numbers: tuple[int, ...],
    begin: int,
    end: int,
    *,
    shown: Collection[int],
    **values: Any,
) -> Rows:
    """Return some of the rows of these parts that lead to these repositories."""
    parts = _parts(review, **values)
    return united([parts[number].of(shown) for number in numbers])[begin:end]


@lru_cache(maxsize=4)  # one part after the other is asked for, of the same review and moment
def _parts(review: _Review, *, about: int, now: datetime) -> list[Part]:
    repositories: QuerySet[Repository] = Repository.objects.filter(**{review.of: about})
    found = parts_of(repositories, review.wanted, now)
    return [part.matching(review.wanted) for part in found]


def _live(review: _Review, about: int) -> QuerySet[Repository]:
    live = Repository.objects.filter(**{review.of: about}, state=RepositoryState.ACTIVE)
    name = review.wanted.repository
    return live.filter(name__contains=name) if name else live


@lru_cache(maxsize=len(AccessSource) + 1)
def _same_for(source: str) -> tuple[str, ...]:
    """Return what of each part is the same, for a source that is looked for or all."""
    parts = parts_of(Repository.objects.none(), AccessFilter(source=source))
    return tuple(part.same_for for part in parts)


def _numbers(rows: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    numbered: QuerySet[Any, Any] = rows.order_by().values(name).annotate(number=Count("pk"))
    return numbered.values_list(name, "number")


def counted_rows(about: Repository | Namespace, wanted: AccessFilter = EVERYTHING) -> CountedRows:
    """Return them after one query."""
    rows = CountedRows(about, wanted)
    rows.learn(read_together(*rows.questions))
    return rows
