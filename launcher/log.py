"""One readable log for all processes: a prefix each, colours on a terminal, a copy in a file."""

from __future__ import annotations

import datetime as dt
import os
import re
import sys
import threading
from collections import defaultdict, deque
from pathlib import Path
from typing import IO

COLOURS = {
    "redis": 31,
    "tokens": 92,
    "passwords": 93,
    "web": 32,
    "worker": 33,
    "east": 34,
    "west": 36,
    "gateway": 35,
}
PREFIX_WIDTH = max(map(len, COLOURS))
REMEMBERED_LINES = 12
# An old log is set aside at the start when it has grown past this.
LARGEST_LOG = 10_000_000
# What happens all the time when everything is well; only the file keeps it.
ROUTINE = re.compile(
    r"oO0OoO0OoO0Oo"
    r"|Memory overcommit must be enabled"  # Redis; without persistence it does not matter
    r"|Scheduler: Sending due task"
    r"|Task [\w.]+\.(heartbeat|sweep_\w+)\[.*(received|succeeded)"
    r"|authorizing context: authorization token required"  # every client begins without one
    r"|Unauthorized: /v2/"
    r"|err.code=\"(blob|manifest|name) unknown\""  # the answer to "is it there already?"
    r"|err.code=\"digest invalid\".*method=DELETE"  # 2.8 deletes no tag by its name; then we do otherwise
    r"|useragent=\"?waybill-probe"  # each minute with a wrong token, and a delete of what is not there
)


class Log:
    """Written by one thread per process; every line is written whole."""

    def __init__(self, file: Path) -> None:
        set_aside_if_large(file)
        self._file = file.open("a", encoding="utf-8", errors="replace")
        self._lock = threading.Lock()
        self._recent: defaultdict[str, deque[str]] = defaultdict(
            lambda: deque(maxlen=REMEMBERED_LINES)
        )
        self._colours = sys.stdout.isatty() and "NO_COLOR" not in os.environ
        self._readers: list[threading.Thread] = []

    def line(self, name: str, text: str) -> None:
        """A line that a process wrote, or that is about it."""
        if not text:
            return
        stamp = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        with self._lock:
            self._recent[name].append(text)
            self._write_file(f"{stamp} {name:<{PREFIX_WIDTH}} | {text}")
            if not ROUTINE.search(text):
                self._write_terminal(f"{self._prefix(name)} {text}")

    def plain(self, text: str) -> None:
        """A line to the person at the terminal, without a prefix; not kept in the file."""
        with self._lock:
            self._write_terminal(text)

    def follow(self, name: str, stream: IO[str]) -> None:
        """Log everything a process writes, until it ends."""
        reader = threading.Thread(target=self._read, args=(name, stream), daemon=True)
        reader.start()
        self._readers = [old for old in self._readers if old.is_alive()] + [reader]

    def recent(self, name: str) -> list[str]:
        """The last lines of one process."""
        with self._lock:
            return list(self._recent[name])

    def close(self) -> None:
        """Wait a moment for the last words of processes that ended."""
        for reader in self._readers:
            reader.join(timeout=1)
        with self._lock:
            self._file.close()

    def _read(self, name: str, stream: IO[str]) -> None:
        with stream:
            for text in stream:
                self.line(name, text.rstrip())

    def _prefix(self, name: str) -> str:
        prefix = f"{name:<{PREFIX_WIDTH}} |"
        colour = COLOURS.get(name)
        return f"\x1b[{colour}m{prefix}\x1b[0m" if self._colours and colour else prefix

    def _write_file(self, text: str) -> None:
        if not self._file.closed:
            self._file.write(text + "\n")
            self._file.flush()

    def _write_terminal(self, text: str) -> None:
        try:
            print(text, flush=True)
        except (BrokenPipeError, ValueError):
            # Whoever read our output has gone; the file goes on.
            sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115


def set_aside_if_large(file: Path) -> None:
    if file.exists() and file.stat().st_size > LARGEST_LOG:
        file.replace(file.with_name(file.name + ".1"))
