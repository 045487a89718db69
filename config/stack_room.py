"""Room for the frames of a request, a task or a command.

CPython 3.11 keeps frames in pieces of 16 kB and gives each back to the system when its first frame ends. A
loop of calls that stands at the end of a piece takes and returns one for every call: a page of 22 ms took 77,
56 of them in the kernel, depending on nothing but how deep the caller stood (measured).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

# A piece is as large as its first frame needs, in powers of two: 320 kB for this one make it 512, of which
# 192 are left. That is enough for all that these call. What is not touched takes no memory.
_WORDS = 40_000


def with_room(function: Callable[P, T]) -> Callable[P, T]:
    """Return the same function, with a piece of its own for all frames above it."""

    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        return function(*args, **kwargs)

    called.__code__ = called.__code__.replace(co_stacksize=_WORDS)
    return called
