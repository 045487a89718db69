"""How fast a registry is asked: it is left alone as long as it took to answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_LONGEST_PAUSE = 5.0  # seconds


class Pace:
    """Asks and then waits, so that a walk takes at most half of a registry's time, whatever it has.

    A registry that gets slower is asked more rarely by that alone. `requests` counts what was asked.
    """

    def __init__(self, *, seconds: float, rest: float = 1.0) -> None:
        """Work for so many seconds; after each answer rest `rest` times as long as it took."""
        self.requests = 0
        self._rest = rest
        self._end = time.monotonic() + seconds

    def ask(self, question: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return the answer, and rest."""
        begun = time.monotonic()
        try:
            return question(*args, **kwargs)
        finally:
            self.requests += 1
            self.pause((time.monotonic() - begun) * self._rest)

    def pause(self, seconds: float) -> None:
        """Leave the registry alone."""
        time.sleep(min(seconds, _LONGEST_PAUSE))

    def is_over(self) -> bool:
        """Whether it is time to keep what was found, and let other work have its turn."""
        return time.monotonic() >= self._end
