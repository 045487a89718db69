"""Trouble made on purpose: parts that stop, stand still, and go on."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from tests.e2e.stack import Stack
from tests.waiting import eventually


@contextmanager
def standing_still(stack: Stack, *parts: str) -> Iterator[None]:
    """Freeze parts of the instance, none of them while it writes; they go on where they were."""
    groups = [stack.pid(part) for part in parts]  # each leads a group of its own
    try:
        eventually(lambda: _freeze(stack, groups))
        yield
    finally:
        _go_on(groups)


def _freeze(stack: Stack, groups: list[int]) -> bool:
    """Freeze them, and let them go again if one of them has SQLite's only lock."""
    for group in groups:
        os.killpg(group, signal.SIGSTOP)
    eventually(
        lambda: _are_stopped(groups)
    )  # one that is inside of the kernel may still get the lock
    if _takes_writes(stack.var / "waybill.sqlite3"):
        return True
    _go_on(groups)
    return False


def _are_stopped(groups: list[int]) -> bool:
    """Whether every process of these groups stands still."""
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _parent, group = status.read_text().rpartition(")")[2].split()[:3]
        except OSError:  # it has ended meanwhile
            continue
        if int(group) in groups and state not in "TtZX":
            return False
    return True


def _takes_writes(database: Path) -> bool:
    if not database.exists():
        return True
    with closing(sqlite3.connect(database, timeout=1)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False
    return True


def _go_on(groups: list[int]) -> None:
    for group in groups:
        os.killpg(group, signal.SIGCONT)


def kill(stack: Stack, part: str) -> int:
    """End a part at once, as a crash does; `./dev run` starts it again. Returns its old id."""
    pid = stack.pid(part)
    os.killpg(pid, signal.SIGKILL)
    return pid
