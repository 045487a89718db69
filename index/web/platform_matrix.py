"""Which tag has an image for which platform: a table with a dot in each field, as large as the image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

from index.tag_rows import Platform, TagRow

MOST = 12  # columns; rarer platforms are on the pages of their images
RADIUS = 7  # pixels, of the largest
_LEAST = 2.0


@dataclass(frozen=True, slots=True)
class Field:
    """One image; `radius` as SVG takes it, its area is the size."""

    platform: Platform
    radius: str


@dataclass(frozen=True, slots=True)
class Line:
    """One tag, with a field or nothing for each column."""

    tag: str
    fields: list[Field | None]


@dataclass(frozen=True, slots=True)
class Matrix:
    """What the template shows; `hidden` counts platforms that have no column."""

    platforms: list[str]
    lines: list[Line]
    hidden: int


def matrix(rows: Iterable[TagRow]) -> Matrix | None:
    """Return it for the tags of a page; None where one platform is all there is."""
    listed = list(rows)
    often = Counter(
        name for row in listed for name in {one.name for one in row.platforms if one.name}
    )
    names = sorted(often, key=lambda name: (-often[name], name))
    if len(names) < 2:
        return None
    shown = names[:MOST]
    sizes = [one.size for row in listed for one in row.platforms if one.size and one.name in shown]
    largest = max(sizes, default=0)
    lines = [Line(row.tag.name, _fields(row, shown, largest)) for row in listed]
    return Matrix(shown, lines, len(names) - len(shown))


def _fields(row: TagRow, platforms: list[str], largest: int) -> list[Field | None]:
    found = {one.name: one for one in reversed(row.platforms)}
    return [
        Field(found[name], _radius(found[name].size, largest)) if name in found else None
        for name in platforms
    ]


def _radius(size: int | None, largest: int) -> str:
    share = sqrt(size / largest) if size and largest else 0.0
    return f"{max(_LEAST, RADIUS * share):.1f}"
