"""Pulls and pushes of a repository day by day; days without are zero."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from index.models import DailyCount, Repository

SPANS = (30, 90, 365)  # days, the first unless another is asked for


@dataclass(frozen=True, slots=True)
class Day:
    """One day, in UTC."""

    day: date
    pulls: int
    pushes: int


def days_of(repository: Repository, *, span: int) -> list[Day]:
    """Return the last so many days, today last: one query, however many there are."""
    today = datetime.now(UTC).date()
    first = today - timedelta(days=span - 1)
    counts = DailyCount.objects.filter(repository=repository, day__gte=first, day__lte=today)
    found = {
        day: (pulls, pushes) for day, pulls, pushes in counts.values_list("day", "pulls", "pushes")
    }
    days = (first + timedelta(days=number) for number in range(span))
    return [Day(day, *found.get(day, (0, 0))) for day in days]
