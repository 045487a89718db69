"""How many ways in there are to each of many repositories, without reading them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db.models import Count, QuerySet

from accounts.models import TeamMembership
from accounts.together import read_together
from index.access import (
    EVERYTHING,
    AccessFilter,
    AccessSource,
    Rows,
    given_directly,
    parts_of,
    unexpired_grants,
    united,
)
from index.models import Repository, RepositoryState


class CountedRows:
    """The rows of a review, of which a page reads those of the few repositories that it shows.

    Of teams the members are counted once, not for each repository that the team may use.
    """

    def __init__(
        self, repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING
    ) -> None:
        """Look at nothing yet: `questions` go to the database, with others of the page, and `learn` answers."""
        self._live = repositories.filter(state=RepositoryState.ACTIVE)
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
        if self._wanted.holder:
            members = members.filter(membership__user__username__contains=self._wanted.holder)
        return [
            self._live.order_by("name").values_list("pk"),
            of_teams.values_list("repository", "team"),
            members.values("team").annotate(number=Count("pk")).values_list("team", "number"),
            *(
                part.rows.values_list(part.repository)
                for part in self._parts
                if part.source != AccessSource.TEAM
            ),
        ]

    def learn(self, answers: Sequence[list[Any]]) -> None:
        """Count."""
        order, grants, sizes, *others = answers
        size_of = dict(sizes)
        through = Counter[int]()
        for pk, team in grants:
            through[pk] += size_of.get(team, 0)
        rest = iter(others)
        self._found = [
            through if part.source == AccessSource.TEAM else Counter(pk for (pk,) in next(rest))
            for part in self._parts
        ]
        self.numbers = dict.fromkeys((pk for (pk,) in order), 0)
        for found in self._found:
            for pk, number in found.items():
                self.numbers[pk] += number

    def count(self) -> int:
        """Return how many there are."""
        return sum(self.numbers.values())

    def __getitem__(self, part: slice) -> Rows | list[dict[str, Any]]:
        """Return some of them, and ask no table that has none of these."""
        shown: list[int] = []
        first = passed = 0
        for pk, number in self.numbers.items():
            if passed + number > part.start and passed < part.stop:
                first = first if shown else passed
                shown.append(pk)
            passed += number
        parts = [
            one.of(shown)
            for one, found in zip(self._parts, self._found, strict=True)
            if any(found[pk] for pk in shown)
        ]
        return united(parts)[part.start - first : part.stop - first] if parts else []


def counted_rows(
    repositories: QuerySet[Repository], wanted: AccessFilter = EVERYTHING
) -> CountedRows:
    """Return them after one query."""
    rows = CountedRows(repositories, wanted)
    rows.learn(read_together(*rows.questions))
    return rows
