"""The running instance of a data folder: its lock, and the note by which others find it."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from launcher.problems import Problem

# The kernel takes 107 bytes for a socket's path; leave room for the file's name.
LONGEST_SOCKET_FOLDER = 90


@dataclass(slots=True)
class Note:
    """var/run/instance.json: who runs, where it answers, and which processes belong to it."""

    port: int
    runner: int
    sockets: str
    variables: dict[str, str]
    ready: bool = False
    processes: dict[str, dict[str, Any]] = field(default_factory=dict)

    def write(self, run: Path) -> None:
        # The database URL may hold a password, so this is nobody else's to read.
        draft = run / "instance.json.new"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(asdict(self), file, indent=2)
        draft.rename(run / "instance.json")

    @classmethod
    def of_this_process(cls, port: int, *, sockets: Path, variables: dict[str, str]) -> Self:
        return cls(port=port, runner=os.getpid(), sockets=str(sockets), variables=variables)

    @classmethod
    def read(cls, run: Path) -> Self | None:
        """The note, or None if there is none that can be understood."""
        try:
            return cls(**json.loads((run / "instance.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None


@contextmanager
def locked(var: Path) -> Iterator[None]:
    """Hold the data folder; the kernel lets go of it however this process ends."""
    with (var / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(already_running(var)) from error
        yield


def is_running(var: Path) -> bool:
    """Whether a launcher holds this data folder."""
    try:
        with (var / "lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def already_running(var: Path) -> str:
    note = Note.read(var / "run")
    where = f" at http://127.0.0.1:{note.port}/ (process {note.runner})" if note else ""
    return f"Waybill already runs from {var}{where}: stop that, or use another folder with --var."


def socket_folder(run: Path) -> Path:
    """Where sockets lie: var/run, or a private folder where that path does not do for one.

    It may be too long, or hold characters that the readers of a unix:// URL disagree about.
    """
    is_short = len(os.fsencode(run)) <= LONGEST_SOCKET_FOLDER
    if is_short and re.fullmatch(r"[A-Za-z0-9/._-]+", str(run)):
        return run
    return Path(tempfile.mkdtemp(prefix="waybill-"))


def remove_socket_folder(sockets: Path, run: Path) -> None:
    """Remove what socket_folder made; var/run itself stays."""
    if sockets != run and sockets.name.startswith("waybill-"):
        shutil.rmtree(sockets, ignore_errors=True)
