"""Tables that fit a terminal: some columns are cut for that, and some are left out."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from waybill.terminal.words import clean

GAP = 3
_READABLE = 28  # what gives way has this before others are left out
_NARROWEST = 10


@dataclass(frozen=True)
class Column:
    """A heading, what stands below it, and whether it may be cut or left out in a long line."""

    heading: str
    text: Callable[[Any], str]
    gives_way: bool = False
    may_go: bool = False
    is_number: bool = False


def lines(columns: Sequence[Column], rows: Sequence[Any], *, width: int | None) -> Iterator[str]:
    """Yield the lines of a table, the headings first; without a width nothing is cut.

    A column without anything in it is left out.
    """
    table = [
        [column.heading for column in columns],
        *([clean(column.text(row)) for column in columns] for row in rows),
    ]
    kept = [place for place in range(len(columns)) if any(line[place] for line in table[1:])]
    kept = kept or list(range(len(columns)))
    widths = {place: max(cells(line[place]) for line in table) for place in kept}
    if width is not None:
        _give_way(columns, widths, width)
    for line in table:
        padded = [
            _padded(line[place], widths[place], is_number=columns[place].is_number)
            for place in widths
        ]
        yield (" " * GAP).join(padded).rstrip()


def cells(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    return sum(_width(character) for character in text)


def shortened(text: str, width: int) -> str:
    """Return the beginning of a text, with an ellipsis if it is longer."""
    if cells(text) <= width:
        return text
    taken, kept = 1, []
    for character in text:
        taken += _width(character)
        if taken > width:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def _give_way(columns: Sequence[Column], widths: dict[int, int], width: int) -> None:
    """Leave out what may go, from the right; then cut what gives way, the widest first."""
    readable = {
        place: min(whole, _READABLE) if columns[place].gives_way else whole
        for place, whole in widths.items()
    }
    for place in [place for place in reversed(list(widths)) if columns[place].may_go]:
        if _length(readable) <= width:
            break
        del readable[place], widths[place]
    yielding = [place for place in widths if columns[place].gives_way]
    while yielding and _length(widths) > width:
        widest = max(yielding, key=lambda place: widths[place])
        if widths[widest] <= _NARROWEST:
            return  # an even narrower terminal wraps
        widths[widest] -= 1


def _length(widths: Mapping[int, int]) -> int:
    return sum(widths.values()) + GAP * (len(widths) - 1)


def _padded(text: str, width: int, *, is_number: bool) -> str:
    text = shortened(text, width)
    room = " " * (width - cells(text))
    return room + text if is_number else text + room


def _width(character: str) -> int:
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1
