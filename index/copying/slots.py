"""How many copies one worker makes at a time, so that its other threads stay free for what is quick.

Each kind has slots of its own: behind a mass move no promotion waits, and no look for late pushes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum


class Slots(StrEnum):
    """What is copied."""

    MOVES = "moves"
    PROMOTIONS = "promotions"
    LATE_LOOKS = "late-looks"


# Six of eight threads or more; two looks, so that a registry that does not answer delays one of them.
_MOST = {Slots.MOVES: 2, Slots.PROMOTIONS: 2, Slots.LATE_LOOKS: 2}
_slots = {kind: threading.BoundedSemaphore(most) for kind, most in _MOST.items()}


@contextmanager
def copy_slot(kind: Slots) -> Iterator[bool]:
    """Give whether there is a slot free; where there is none, come again with the next sweep."""
    is_free = _slots[kind].acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _slots[kind].release()
