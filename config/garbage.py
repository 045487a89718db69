"""When the collector of garbage looks: after an answer, which nobody waits for, not in the middle of one.

What an answer is made of is freed without it. By default it looks after each 700 objects that are there at
once, so at all of a page several times, and a page of 45 ms took 64 one time in twenty (measured).
"""

from __future__ import annotations

import gc
from typing import Any

from django.core.signals import request_finished

_ENOUGH = 5_000  # objects that are still there after an answer, with those of the answers before it
_LIMIT = 200_000  # then it looks at once: doors that are no Django's fire no signal
# Looks. Whoever is answered right now is still held and outlives the look: some 40 kB that go with the
# next look at those. Looked at each time, they would be old, and lie there 20 times as long: 10 MB.
_SURVIVORS_EVERY = 10
_ALL_EVERY = 200  # what grew old and was given up since goes then, in some 20 ms

_looks = 0


def begin() -> None:
    """Leave alone what is loaded now, which stays; look after answers from now on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_LIMIT)
    request_finished.connect(_look)


def _look(**_: Any) -> None:
    global _looks  # noqa: PLW0603 - one for the process, as the collector is
    if gc.get_count()[0] < _ENOUGH:
        return
    _looks += 1
    oldest = 2 if _looks % _ALL_EVERY == 0 else 1 if _looks % _SURVIVORS_EVERY == 0 else 0
    gc.collect(oldest)
