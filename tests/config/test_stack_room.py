"""However deep a caller stands, calls take no memory from the system."""

from __future__ import annotations

import resource
from collections.abc import Callable

from config.stack_room import with_room

CALLS = 2_000


def something() -> int:
    """Be called, with a frame of some size."""
    a = b = c = d = e = f = g = h = 1
    return sum((a, b, c, d, e, f, g, h))


def faults_at(depth: int) -> int:
    """How many pages the system had to bring while something was called again and again from there."""
    if depth:
        return faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        something()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def worst(ask: Callable[[int], int]) -> int:
    return max(ask(depth) for depth in range(250))


def test_calls_at_any_depth_take_no_pages() -> None:
    assert worst(with_room(faults_at)) < CALLS / 10


def test_without_room_some_depth_takes_one_for_each_call() -> None:
    """Where this fails, the interpreter has mended it, and config.stack_room can go."""
    assert worst(faults_at) > CALLS / 2
