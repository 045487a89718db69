"""How many copies one worker makes at a time, so that its other threads stay free for what is quick."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

_MOST = 2  # of the four threads or more that a worker has
_slots = threading.BoundedSemaphore(_MOST)


@contextmanager
def copy_slot() -> Iterator[bool]:
    """Give whether there is a slot free; where there is none, come again with the next sweep."""
    is_free = _slots.acquire(blocking=False)
    try:
        yield is_free
    finally:
        if is_free:
            _slots.release()
