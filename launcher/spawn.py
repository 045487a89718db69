"""Start a process that cannot outlive the launcher."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class Identity:
    """The user a process runs as, where that is not the launcher's own."""

    user: int | None = None
    group: int | None = None


ONESELF = Identity()


def spawn(
    command: Sequence[str],
    *,
    environment: Mapping[str, str],
    folder: Path,
    stdout: int = subprocess.PIPE,
    stderr: int = subprocess.STDOUT,
    identity: Identity = ONESELF,
) -> subprocess.Popen[str]:
    """Start a process in a session of its own, so that Ctrl-C reaches only the launcher.

    Must be called from the main thread: the kernel sends the signal of PR_SET_PDEATHSIG when
    the *thread* ends that started the process.
    """
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=stderr,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
        user=identity.user,
        group=identity.group,
        extra_groups=None if identity.user is None else [],
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no thread of ours holds a lock here
    )


def die_with(parent: int) -> Callable[[], None] | None:
    """What a new process does first on Linux: ask to be ended when the launcher ends."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it ended before we could ask
            os._exit(1)

    return ask
