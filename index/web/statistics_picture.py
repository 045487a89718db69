"""A graph of days as a picture: a bar for each day, or week, as high as its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from index.statistics import Stretch
from index.web.axes import Mark, day_marks, percent, round_top
from index.web.number_tags import grouped, shortest

HEIGHT = 160  # pixels
_LEAST = 2  # a day with one pull beside one with a million is still to be seen
_ROOM = 0.78  # of a day's room, what its bar takes


@dataclass(frozen=True, slots=True)
class Bar:
    """One day: what reacts to a pointer is all of its room, the bar is a part of that."""

    room_x: str
    room_width: str
    x: str
    width: str
    y: int
    height: int
    label: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A number on the axis, and where its line is."""

    y: int
    text: str


@dataclass(frozen=True, slots=True)
class Graph:
    """What the template draws, and what it says of it in words."""

    noun: str
    bars: list[Bar]
    ticks: list[Tick]
    marks: list[Mark]
    total: int
    most: int
    busiest: Stretch | None
    first: date
    last: date
    height: int = HEIGHT


def draw(noun: str, stretches: Sequence[Stretch]) -> Graph:
    """Place a bar for each stretch; `noun` is what is counted: pull or push."""
    numbers = [one.pulls if noun == "pull" else one.pushes for one in stretches]
    most = max(numbers)
    top = round_top(most)
    pairs = list(zip(stretches, numbers, strict=True))
    return Graph(
        noun=noun,
        bars=[_bar(at, len(pairs), one, number, top) for at, (one, number) in enumerate(pairs)],
        ticks=[Tick(0, shortest(top)), Tick(HEIGHT // 2, shortest(top // 2)), Tick(HEIGHT, "0")],
        marks=day_marks([one.first for one in stretches]),
        total=sum(numbers),
        most=most,
        busiest=next((one for one, number in reversed(pairs) if number == most), None)
        if most
        else None,
        first=stretches[0].first,
        last=stretches[-1].last,
    )


def _bar(at: int, of: int, stretch: Stretch, number: int, top: int) -> Bar:
    height = max(_LEAST, round(number / top * HEIGHT)) if number else 0
    return Bar(
        room_x=percent(at / of),
        room_width=percent(1 / of),
        x=percent((at + (1 - _ROOM) / 2) / of),
        width=percent(_ROOM / of),
        y=HEIGHT - height,
        height=height,
        label=f"{stretch.words}{_(': ')}{grouped(number)}",
    )
