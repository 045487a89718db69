"""A graph of days as a picture: a bar for each day, as high as its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 730, 160
_LEAST = 2.0  # a day with one pull beside one with a million is still to be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """One day that is not empty."""

    x: float
    y: float
    width: float
    height: float
    label: str


@dataclass(frozen=True, slots=True)
class Graph:
    """What the template draws, and what it says of it in words."""

    noun: str
    days: Sequence[tuple[date, int]]
    bars: list[Bar]
    total: int
    most: int
    busiest: date | None

    width: int = WIDTH
    height: int = HEIGHT

    @property
    def first(self) -> date:
        """The day on the left."""
        return self.days[0][0]

    @property
    def last(self) -> date:
        """The day on the right."""
        return self.days[-1][0]


def draw(noun: str, days: Sequence[tuple[date, int]]) -> Graph:
    """Place a bar for each day; `noun` is one of what is counted, like `pull`."""
    most = max(number for _, number in days)
    step = WIDTH / len(days)
    bars = [
        _bar(position * step, step, number / most, f"{day}: {number:,}")
        for position, (day, number) in enumerate(days)
        if number
    ]
    busiest = next((day for day, number in reversed(days) if number == most), None)
    total = sum(number for _, number in days)
    return Graph(noun, days, bars, total, most, busiest if most else None)


def _bar(x: float, step: float, share: float, label: str) -> Bar:
    height = max(_LEAST, share * HEIGHT)
    return Bar(
        round(x + step * 0.1, 2),
        round(HEIGHT - height, 2),
        round(step * 0.8, 2),
        round(height, 2),
        label,
    )
