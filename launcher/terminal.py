"""What the person at the terminal reads while something takes time."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


def say(sentence: str) -> None:
    """One line about what is being done; on stderr, beside the output proper."""
    print(f"  {sentence}", file=sys.stderr, flush=True)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say what is begun, and how long it took."""
    say(f"{what} …")
    begun = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - begun:.1f} s")
