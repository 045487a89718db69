"""How large a tag's image was over time: a step for each push, as long as it stood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from index.web.axes import Mark, percent, round_top
from index.web.number_tags import plain_size

HEIGHT = 140  # pixels
_MARKS = 4


@dataclass(frozen=True, slots=True)
class Moment:
    """From then on a tag was so large; None where it was taken off, or nobody knows."""

    at: datetime
    size: int | None
    digest: str


@dataclass(frozen=True, slots=True)
class Step:
    """One push, until the next one."""

    x: str
    x_end: str
    width: str
    y: int
    height: int
    y_before: int | None  # where the step before ends, if they touch
    label: str


@dataclass(frozen=True, slots=True)
class SizePicture:
    """What the template draws, and what it says of it in words."""

    steps: list[Step]
    marks: list[Mark]
    tops: list[str]
    first: datetime
    smallest: int
    largest: int
    newest: int
    height: int = HEIGHT


def draw(changes: Iterable[Moment], *, now: datetime) -> SizePicture | None:
    """Place the changes, which come the newest first; None where fewer than two sizes are known."""
    moments = list(changes)[::-1]
    moments.sort(key=lambda one: one.at)  # of one time in the order they came
    sizes = [one.size for one in moments if one.size is not None]
    if len(sizes) < 2:
        return None
    begin, end = moments[0].at, max(now, moments[-1].at)
    length = max(end - begin, timedelta(seconds=1))
    top = round_top(max(sizes))
    places = [(one.at - begin) / length for one in moments] + [1.0]
    steps: list[Step] = []
    before: int | None = None
    for at, one in enumerate(moments):
        if one.size is None:
            before = None
            continue
        step = _step(one, one.size, places[at], places[at + 1], top, before)
        steps.append(step)
        before = step.y
    return SizePicture(
        steps=steps,
        marks=_marks(begin, length),
        tops=[plain_size(top), plain_size(top // 2), "0"],
        first=begin,
        smallest=min(sizes),
        largest=max(sizes),
        newest=sizes[-1],
    )


def _step(one: Moment, size: int, share: float, end: float, top: int, before: int | None) -> Step:
    height = round(size / top * HEIGHT)
    short = one.digest.partition(":")[2][:12]
    return Step(
        x=percent(share),
        x_end=percent(end),
        width=percent(end - share),
        y=HEIGHT - height,
        height=height,
        y_before=before,
        label=f"{one.at.astimezone(UTC):%Y-%m-%d %H:%M} UTC: {plain_size(size)}, {short}",
    )


def _marks(begin: datetime, length: timedelta) -> list[Mark]:
    """Return the first moment, the last, and some between, as exactly as they differ."""
    form = "%Y-%m" if length > timedelta(days=300) else "%m-%d"
    if length < timedelta(days=4):
        form = "%m-%d %H:%M"
    anchors = ["start", *["middle"] * (_MARKS - 2), "end"]
    shares = [at / (_MARKS - 1) for at in range(_MARKS)]
    return [
        Mark(percent(share), anchor, f"{(begin + length * share).astimezone(UTC):{form}}")
        for share, anchor in zip(shares, anchors, strict=True)
    ]
