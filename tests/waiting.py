"""Waiting for what happens in the background, without guessing how long it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_PAUSE = 0.05


def eventually(question: Callable[[], T], *, within: float = 15.0) -> T:
    """Return the first answer that is true; fail with the last one after `within` seconds."""
    deadline = time.monotonic() + within
    while not (answer := question()):
        if time.monotonic() > deadline:
            message = f"still {answer!r} after {within:.0f} s"
            raise AssertionError(message)
        time.sleep(_PAUSE)
    return answer
