"""What every picture with axes needs: round numbers, days, and places as SVG takes them.

Places across are in per cent of whatever width there is, so that text stays as large as text is; places
down are pixels. Per cents are texts: a template would write 12.5 as 12,5 for a reader of German.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

_STEPS = (2, 4, 6, 8, 10)  # even, so that the middle of an axis is a whole number
_MOST_WEEKS = 6  # marks across a quarter of a year
_TEXT_ROOM = 5.0  # per cent: nearer to an edge a mark's text begins or ends there


@dataclass(frozen=True, slots=True)
class Mark:
    """A text below an axis of time, and how it stands to its place: start, middle or end."""

    x: str
    anchor: str
    text: str


def percent(share: float) -> str:
    """Return a part of the width as SVG takes it."""
    return f"{round(share * 100, 3):g}%"


def round_top(most: int) -> int:
    """Return the end of an axis: the next round number, even, and never less than 2."""
    size = 1
    while size * _STEPS[-1] < most:
        size *= 10
    return next(step * size for step in _STEPS if step * size >= most)


def day_marks(days: Sequence[date]) -> list[Mark]:
    """Return marks below bars that stand for these days, one after the other in equal room."""
    length = (days[-1] - days[0]).days
    if length > 120:
        chosen = [at for at, day in enumerate(days) if day.day <= 7 and day.month % 2]
        form = "%Y-%m"
    else:
        apart = 7 if length <= 7 * _MOST_WEEKS else 14
        chosen = [at for at in range(len(days)) if (len(days) - 1 - at) % apart == 0]
        form = "%m-%d"
    return [_mark((at + 0.5) / len(days), days[at].strftime(form)) for at in chosen]


def _mark(share: float, text: str) -> Mark:
    per_cent = share * 100
    if per_cent < _TEXT_ROOM:
        return Mark("0%", "start", text)
    if per_cent > 100 - _TEXT_ROOM:
        return Mark("100%", "end", text)
    return Mark(percent(share), "middle", text)
