"""How many ways in there are to each of many repositories, without reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from django.db.models import Count, QuerySet

from accounts.models import Membership, OrganizationRole, TeamMembership
from accounts.together import read_together
from index.access import (
    EVERYTHING,
    AccessFilter,
    Rows,
    given_directly,
    parts_of,
    unexpired_grants,
    united,
)
from index.models import Repository, RepositoryState
from index.roles import Role

T = TypeVar("T")


class CountedRows:
    """The rows of a review, of which a page reads those of the few repositories that it shows.

    Members of a team and owners of a namespace are counted once, not for each of its repositories.
    """

    def __init__(
        self, repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING
    ) -> None:
        """Look at nothing yet: `questions` go to the database, with others of the page, and `learn` answers."""
        self._live = repositories.filter(state=RepositoryState.ACTIVE)
        if wanted.repository:
            self._live = self._live.filter(name__contains=wanted.repository)
        self._wanted = wanted
        self._parts = [part.matching(wanted) for part in parts_of(repositories, wanted)]
        self._found: list[Counter[int]] = []
        self.numbers: dict[int, int] = {}

    @property
    def questions(self) -> list[QuerySet[Any, Any]]:
        """Return what is to be known, for `read_together`."""
        granted = given_directly(unexpired_grants(self._live).filter(team__isnull=False))
        of_teams = granted.matching(replace(self._wanted, holder="")).rows
        members = TeamMembership.objects.filter(team__in=of_teams.values("team"))
        owners = Membership.objects.filter(
            role=OrganizationRole.OWNER,
            user__isnull=False,
            organization__namespace__in=self._live.values("namespace"),
        )
        if self._wanted.role not in {"", Role.ADMIN}:
            owners = owners.none()
        if self._wanted.holder:
            members = members.filter(membership__user__username__contains=self._wanted.holder)
            owners = owners.filter(user__username__contains=self._wanted.holder)
        return [
            self._live.order_by("name").values_list("pk", "namespace"),
            of_teams.values_list("repository", "team"),
            _numbers(members, "team"),
            _numbers(owners, "organization__namespace"),
            *(part.rows.values_list(part.repository) for part in self._parts if not part.same_for),
        ]

    def learn(self, answers: Sequence[list[Any]]) -> None:
        """Count."""
        order, grants, members, owners, *others = answers
        owners_of, members_of = dict(owners), dict(members)
        found = {"team": Counter[int](), "namespace": Counter[int]()}
        for pk, team in grants:
            found["team"][pk] += members_of.get(team, 0)
        for pk, namespace in order:
            found["namespace"][pk] = owners_of.get(namespace, 0)
        rest = iter(others)
        self._found = [
            found[part.same_for] if part.same_for else Counter(pk for (pk,) in next(rest))
            for part in self._parts
        ]
        self.numbers = {pk: sum(numbers[pk] for numbers in self._found) for pk, _ in order}

    def count(self) -> int:
        """Return how many there are."""
        return sum(self.numbers.values())

    def __getitem__(self, part: slice) -> Rows | list[dict[str, Any]]:
        """Return some of them, and ask no table that has none of these."""
        shown, first = _overlapping(self.numbers.items(), part, 0)
        of_these = [
            (one.of(shown), sum(found[pk] for pk in shown))
            for one, found in zip(self._parts, self._found, strict=True)
        ]
        if len(shown) == 1:  # then one part follows the other
            parts, first = _overlapping(of_these, part, first)
        else:
            parts = [one for one, number in of_these if number]
        return united(parts)[part.start - first : part.stop - first] if parts else []


def _overlapping(numbered: Iterable[tuple[T, int]], part: slice, begin: int) -> tuple[list[T], int]:
    """Return what has rows in the slice of all that begin there, and where the first of these begins."""
    found: list[T] = []
    first = begin
    for one, number in numbered:
        if begin + number > part.start and begin < part.stop and number:
            first = first if found else begin
            found.append(one)
        begin += number
    return found, first


def _numbers(rows: QuerySet[Any], name: str) -> QuerySet[Any, Any]:
    numbered: QuerySet[Any, Any] = rows.order_by().values(name).annotate(number=Count("pk"))
    return numbered.values_list(name, "number")


def counted_rows(
    repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING
) -> CountedRows:
    """Return them after one query."""
    rows = CountedRows(repositories, wanted)
    rows.learn(read_together(*rows.questions))
    return rows
