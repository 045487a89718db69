"""Processes on a core of their own, and the processor time that they use."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from launcher.layout import CHECKOUT
from launcher.spawn import spawn

# What is measured runs on the first core, and what asks it on the last: neither takes the other's time.
_CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _CORES[0], _CORES[-1]
_TICK = 1 / os.sysconf("SC_CLK_TCK")


@contextmanager
def on_core(core: int | None) -> Iterator[None]:
    """Run this thread, and what it starts meanwhile, on one core; None leaves it as it is."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, before if core is None else {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], *, core: int | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process that ends with the block."""
    with on_core(core):
        started = spawn(
            command, environment=environment, folder=CHECKOUT, stdout=subprocess.DEVNULL
        )
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(timeout=10)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def cpu_seconds(root: int) -> float:
    """Return the processor time that a process and its descendants have used so far."""
    return sum(_cpu_seconds(pid) for pid in _tree(root))


def memory(root: int) -> int:
    """Return the bytes that a process and its descendants hold; what they share counts once."""
    return sum(_memory(pid, "Pss") for pid in _tree(root))


def anonymous_memory(root: int) -> int:
    """Return what of it they made themselves: no files, which others may map or let go meanwhile."""
    return sum(_memory(pid, "Pss_Anon") for pid in _tree(root))


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:  # grows while it is walked
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in _read(children).split()]
    return found


def _cpu_seconds(pid: int) -> float:
    fields = _read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) * _TICK  # its own, and that of children that have ended


def _memory(pid: int, kind: str) -> int:
    text = _read(Path(f"/proc/{pid}/smaps_rollup"))
    return int(text.partition(f"\n{kind}:")[2].split()[0]) * 1024 if text else 0


def _read(path: Path) -> str:
    """Return what stands there; nothing of a process that has ended meanwhile."""
    try:
        return path.read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
