"""End the processes that a killed launcher left behind, and only those."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROC = Path("/proc")
PATIENCE = 3.0


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What the kernel tells of a process that a later one with the same number cannot share."""

    group: int
    started: int
    folder: str


def describe(pid: int) -> dict[str, Any]:
    """What to note of a process just started, to know it again later."""
    state = state_of(pid)
    if state is None:
        return {"pid": pid}
    return {"pid": pid, "started": state.started, "folder": state.folder, "boot": boot_id()}


def end(processes: dict[str, dict[str, Any]]) -> list[str]:
    """End the groups of the noted processes that still live; returns their names."""
    living = {name: group for name, noted in processes.items() if (group := living_group(noted))}
    for group in living.values():
        signal_group(group, signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while any(map(members_of, living.values())) and time.monotonic() < deadline:
        time.sleep(0.05)
    for group in living.values():
        signal_group(group, signal.SIGKILL)
    return list(living)


def living_group(noted: dict[str, Any]) -> int | None:
    """The process group of a noted process if any member of it lives and it is surely ours.

    Numbers of processes are used again, so start time and boot must agree as well; where the
    leader is gone (nginx's workers outlive a killed master) its number cannot have been given
    away while the group lives, and the members must lie in our folder.
    """
    pid, started = noted.get("pid"), noted.get("started")
    if not isinstance(pid, int) or started is None or noted.get("boot") != boot_id():
        return None
    leader = state_of(pid)
    if leader is not None:
        return pid if (leader.started, leader.group) == (started, pid) else None
    members = members_of(pid)
    ours = all(
        state.started >= started and state.folder == noted.get("folder") for state in members
    )
    return pid if members and ours else None


def members_of(group: int) -> list[ProcessState]:
    """The living processes of a group."""
    numbers = (int(entry.name) for entry in PROC.glob("[0-9]*"))
    states = (state_of(number) for number in numbers)
    return [state for state in states if state is not None and state.group == group]


def state_of(pid: int) -> ProcessState | None:
    """What /proc says of a process; None if it is gone, a zombie, or there is no /proc."""
    try:
        # The name, in parentheses, may hold anything; the fields after it are plain.
        fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        folder = (PROC / str(pid) / "cwd").readlink()
    except OSError:
        return None
    if fields[0] == "Z":
        return None
    return ProcessState(group=int(fields[2]), started=int(fields[19]), folder=str(folder))


def boot_id() -> str:
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
