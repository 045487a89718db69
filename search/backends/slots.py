"""Which slot of tables is searched, as this process last heard."""

from __future__ import annotations

import time
from dataclasses import dataclass

import orjson

from accounts.statements import Row, held, run
from search.models import SearchState

_REMEMBERED = 2.0  # seconds; the slot before stays as it was until the next rebuild begins
_WRITTEN = """
SELECT live, bounds, frequent, filling, filling_bounds, filling_frequent
FROM search_searchstate ORDER BY id LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Slot:
    """A letter, and where its buckets end: minus the popularity, and the id, of the last in each."""

    name: str = "a"
    bounds: tuple[tuple[int, int], ...] = ()
    frequent: frozenset[str] = frozenset()  # words of which each two have a lexeme


class _Memory:
    slot = Slot()
    until = 0.0


def live() -> Slot:
    """Return the slot that is searched."""
    if time.monotonic() >= _Memory.until:
        _Memory.slot = next(iter(written()), Slot())
        _Memory.until = time.monotonic() + _REMEMBERED
    return _Memory.slot


def written() -> list[Slot]:
    """Return what is kept up to date: the live slot, and one that is being filled."""
    return _slots(run(_WRITTEN, {}))


def hold() -> list[Slot]:
    """Return them, held until the commit; none while somebody else writes the index."""
    return _slots(run(held(_WRITTEN), {}))


def _slots(rows: list[Row]) -> list[Slot]:  # JSON is text in both databases
    return [_read(*slot) for row in rows for slot in (row[:3], row[3:]) if slot[0]]


def frequent_of(name: str) -> frozenset[str]:
    """Return the words of which each two are counted in a slot."""
    return next((slot.frequent for slot in written() if slot.name == name), frozenset())


def _read(name: str, bounds: str, frequent: str) -> Slot:
    return Slot(name, read_bounds(orjson.loads(bounds)), frozenset(orjson.loads(frequent)))


def filling(row: SearchState) -> Slot:
    """Return the slot that is made beside the live one."""
    return Slot(row.filling, read_bounds(row.filling_bounds), frozenset(row.filling_frequent))


def read_bounds(kept: list[list[int]]) -> tuple[tuple[int, int], ...]:
    """Return them as they are compared."""
    return tuple((-popularity, identity) for popularity, identity in kept)


def forget() -> None:
    """Ask anew at the next search."""
    _Memory.until = 0.0
