"""Pulls and pushes of a repository day by day; days without are zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from accounts.replicas import read
from index.models import DailyCount, Repository

SPANS = (30, 90, 365)  # days, the first unless another is asked for
_MOST_BARS = 120


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in UTC."""

    day: date
    pulls: int
    pushes: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """One day, or some that follow each other, first and last included."""

    first: date
    last: date
    pulls: int
    pushes: int

    @property
    def words(self) -> str:
        """Which days, as a title says it: "2026-11-16 / 2026-11-22", as ISO 8601 has it."""
        return f"{self.first}" if self.first == self.last else f"{self.first} / {self.last}"


def stretches_of(days: Sequence[Day]) -> list[Stretch]:
    """Return what is drawn: every day, but of a year its weeks (from Monday on), the oldest first."""
    by_week = len(days) > _MOST_BARS
    groups = groupby(days, key=lambda one: one.day.isocalendar()[:2] if by_week else one.day)
    return [_together(list(group)) for _, group in groups]


def _together(days: Sequence[Day]) -> Stretch:
    pulls, pushes = sum(one.pulls for one in days), sum(one.pushes for one in days)
    return Stretch(days[0].day, days[-1].day, pulls, pushes)


def days_of(repository: Repository, *, span: int) -> list[Day]:
    """Return the last so many days, today last: one query, however many there are."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=span - 1)
    counts = DailyCount.objects.filter(repository=repository, day__gte=first, day__lte=today)
    rows = counts.values_list("day", "pulls", "pushes")
    found = read(lambda alias: {day: numbers for day, *numbers in rows.using(alias)})
    days = (first + timedelta(days=number) for number in range(span))
    return [Day(day, *found.get(day, (0, 0))) for day in days]
