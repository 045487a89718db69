"""Keep the processes of an instance running, and stop them cleanly."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from launcher.leftovers import describe, signal_group
from launcher.log import Log
from launcher.spawn import spawn

LONGEST_PAUSE = 30.0
# Whoever lived this long has recovered: its next failure is a first one again.
RECOVERED_AFTER = 60.0
MANY_FAILURES = 2


@dataclass(frozen=True, slots=True)
class Service:
    """A process that is to run all the time, and how long it may take to stop."""

    name: str
    command: Sequence[str]
    patience: float = 5.0


@dataclass(slots=True)
class Running:
    """A service and its present process."""

    service: Service
    process: subprocess.Popen[str] | None = None
    started: float = 0.0
    failures: int = 0
    start_again: float | None = None

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Starts, restarts and stops services; `changed` is told the processes to note."""

    def __init__(
        self,
        log: Log,
        *,
        environment: Mapping[str, str],
        folder: Path,
        changed: Callable[[dict[str, dict[str, Any]]], None],
    ) -> None:
        self._log = log
        self._environment = environment
        self._folder = folder
        self._changed = changed
        self._all: list[Running] = []

    def start(self, services: Sequence[Service]) -> None:
        for service in services:
            running = Running(service)
            self._all.append(running)
            self._spawn(running)

    def check(self) -> None:
        """Start again what has ended; to be called often, from the main thread."""
        now = time.monotonic()
        for running in self._all:
            if running.start_again is None and not running.is_alive:
                self._failed(running, now)
            elif running.start_again is not None and now >= running.start_again:
                self._spawn(running)

    def hopeless(self) -> str | None:
        """The name of a service that ends again and again."""
        failing = (running for running in self._all if running.failures >= MANY_FAILURES)
        return next((running.service.name for running in failing), None)

    def stop(self, interrupted_again: Callable[[], bool]) -> None:
        """Stop in reverse order, so that nothing loses what it leans on; then by force."""
        for running in reversed(self._all):
            self._stop_one(running, interrupted_again)

    def _spawn(self, running: Running) -> None:
        running.start_again = None
        running.started = time.monotonic()
        name = running.service.name
        try:
            process = spawn(
                running.service.command, environment=self._environment, folder=self._folder
            )
        except OSError as error:
            self._log.line(name, f"could not be started: {error}")
            running.process = None
            return
        running.process = process
        if process.stdout is not None:
            self._log.follow(name, process.stdout)
        self._note()

    def _failed(self, running: Running, now: float) -> None:
        ending = "never started"
        if running.process is not None:
            # Its children may live on and hold its port.
            signal_group(running.process.pid, signal.SIGKILL)
            ending = describe_ending(running.process.returncode)
        recovered = now - running.started > RECOVERED_AFTER
        running.failures = 1 if recovered else running.failures + 1
        pause = pause_before(running.failures)
        running.start_again = now + pause
        self._log.line(running.service.name, f"{ending}; starting it again in {pause:.0f} s")

    def _stop_one(self, running: Running, interrupted_again: Callable[[], bool]) -> None:
        process = running.process
        if process is None:
            return
        signal_group(process.pid, signal.SIGTERM)
        deadline = time.monotonic() + running.service.patience
        while running.is_alive and time.monotonic() < deadline and not interrupted_again():
            time.sleep(0.02)
        signal_group(process.pid, signal.SIGKILL)
        process.wait()

    def _note(self) -> None:
        self._changed(
            {
                running.service.name: describe(running.process.pid)
                for running in self._all
                if running.process is not None
            }
        )


def pause_before(failure: int) -> float:
    """Seconds to wait before the next start: 1, 2, 4 … 30."""
    return float(min(2 ** (failure - 1), LONGEST_PAUSE))


def describe_ending(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"was ended by {signal.Signals(-returncode).name}"
    return f"ended with exit status {returncode}"
