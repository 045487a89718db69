"""Which slot of tables is searched, as this process last heard."""

from __future__ import annotations

import time
from dataclasses import dataclass

from search.models import SearchState

_REMEMBERED = 2.0  # seconds; the slot before stays as it was until the next rebuild begins


@dataclass(frozen=True, slots=True)
class Slot:
    """A letter, and where its buckets end: minus the popularity, and the id, of the last in each."""

    name: str = "a"
    bounds: tuple[tuple[int, int], ...] = ()


class _Memory:
    slot = Slot()
    until = 0.0


def live() -> Slot:
    """Return the slot that is searched."""
    if time.monotonic() >= _Memory.until:
        row = SearchState.objects.order_by("pk").values_list("live", "bounds").first()
        _Memory.slot = Slot(row[0], read_bounds(row[1])) if row else Slot()
        _Memory.until = time.monotonic() + _REMEMBERED
    return _Memory.slot


def written() -> list[Slot]:
    """Return what is kept up to date: the live slot, and one that is being filled."""
    row = SearchState.objects.order_by("pk").first()
    if row is None:
        return []
    slots = [Slot(row.live, read_bounds(row.bounds))]
    if row.filling:
        slots.append(Slot(row.filling, read_bounds(row.filling_bounds)))
    return slots


def read_bounds(kept: list[list[int]]) -> tuple[tuple[int, int], ...]:
    """Return them as they are compared."""
    return tuple((-popularity, identity) for popularity, identity in kept)


def forget() -> None:
    """Ask anew at the next search."""
    _Memory.until = 0.0
