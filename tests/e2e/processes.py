"""Trouble made on purpose: parts that stop, stand still, and go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.stack import Stack


@contextmanager
def standing_still(stack: Stack, *parts: str) -> Iterator[None]:
    """Freeze parts of the instance; they go on afterwards where they were."""
    groups = [stack.pid(part) for part in parts]  # each leads a group of its own
    try:
        for group in groups:
            os.killpg(group, signal.SIGSTOP)
        yield
    finally:
        for group in groups:
            os.killpg(group, signal.SIGCONT)


def kill(stack: Stack, part: str) -> int:
    """End a part at once, as a crash does; `./dev run` starts it again. Returns its old id."""
    pid = stack.pid(part)
    os.killpg(pid, signal.SIGKILL)
    return pid
