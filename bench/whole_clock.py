"""Seconds of a load, without those in which the machine stood still: nobody was asked, and nobody could answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_TICK = 0.1
_STOOD_STILL = 1.0  # who sleeps a tenth of a second and wakes that late was not left to run


class Clock:
    """Begins when it is made; `pauses` grows where it stood still."""

    def __init__(self, read: Callable[[], float] = time.perf_counter) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._begun = self._last = read()
        self.pauses: list[float] = []

    def now(self) -> float:
        """Return the seconds in which it ran."""
        with self._lock:
            now = self._read()
            if now - self._last > _STOOD_STILL:
                self.pauses.append(now - self._last)
            self._last = now
            return now - self._begun - sum(self.pauses)


@contextmanager
def running_clock() -> Iterator[Clock]:
    """Look at it all the time, so that a pause is known for one."""
    clock, stop = Clock(), threading.Event()

    def keep_looking() -> None:
        while not stop.wait(_TICK):
            clock.now()

    thread = threading.Thread(target=keep_looking)
    thread.start()
    try:
        yield clock
    finally:
        stop.set()
        thread.join()
