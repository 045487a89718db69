"""Processes are restarted with growing pauses, and stopped in reverse order."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.leftovers import signal_group
from launcher.log import Log
from launcher.supervisor import Service, Supervisor, describe_ending, pause_before

ENDS = "print('hello')"
STAYS = "import time; print('up', flush=True); time.sleep(60)"
LINGERS = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN);" + STAYS


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    log = Log(tmp_path / "waybill.log")
    yield log
    log.close()


@pytest.fixture
def supervisor(log: Log, tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(
        log, environment=dict(os.environ), folder=tmp_path, changed=lambda _processes: None
    )
    yield supervisor
    supervisor.stop(lambda: True)


def python(name: str, code: str, *, patience: float = 5.0) -> Service:
    return Service(name, [sys.executable, "-c", code], patience=patience)


def test_a_process_that_ends_is_started_again(supervisor: Supervisor, log: Log) -> None:
    supervisor.start([python("web", ENDS)])
    until(lambda: log.recent("web").count("hello") == 2, supervisor.check)
    assert "ended with exit status 0; starting it again in 1 s" in log.recent("web")


def test_a_process_that_keeps_ending_is_called_hopeless(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("launcher.supervisor.pause_before", lambda _failure: 0.0)
    supervisor.start([python("web", STAYS), python("worker", ENDS)])
    until(lambda: supervisor.hopeless() == "worker", supervisor.check)


def test_a_program_that_is_missing_is_reported_and_tried_again(
    supervisor: Supervisor, log: Log
) -> None:
    supervisor.start([Service("gateway", ["/no/such/program"])])
    supervisor.check()
    assert "could not be started" in log.recent("gateway")[0]
    assert "never started; starting it again in 1 s" in log.recent("gateway")


def test_everything_is_stopped_last_started_first(
    log: Log, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: dict[str, dict[str, Any]] = {}
    told: list[int] = []

    def note_and_signal(group: int, number: signal.Signals) -> None:
        if number == signal.SIGTERM:
            told.append(group)
        signal_group(group, number)

    monkeypatch.setattr("launcher.supervisor.signal_group", note_and_signal)
    supervisor = Supervisor(
        log, environment=dict(os.environ), folder=tmp_path, changed=noted.update
    )
    supervisor.start([python("redis", STAYS), python("gateway", STAYS)])
    supervisor.stop(lambda: False)
    assert told == [noted["gateway"]["pid"], noted["redis"]["pid"]]


def test_a_process_that_will_not_stop_is_killed(supervisor: Supervisor, log: Log) -> None:
    supervisor.start([python("worker", LINGERS, patience=0.2)])
    until(lambda: log.recent("worker") == ["up"])
    begun = time.monotonic()
    supervisor.stop(lambda: False)
    assert 0.2 <= time.monotonic() - begun < 2


def test_a_second_request_to_stop_kills_at_once(supervisor: Supervisor, log: Log) -> None:
    supervisor.start([python("worker", LINGERS, patience=30)])
    until(lambda: log.recent("worker") == ["up"])
    begun = time.monotonic()
    supervisor.stop(lambda: True)
    assert time.monotonic() - begun < 2


def test_pauses_double_up_to_half_a_minute() -> None:
    assert [pause_before(failure) for failure in range(1, 8)] == [1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(
    ("returncode", "words"), [(3, "ended with exit status 3"), (-9, "was ended by SIGKILL")]
)
def test_an_ending_is_told_in_words(returncode: int, words: str) -> None:
    assert describe_ending(returncode) == words


def until(condition: Callable[[], bool], meanwhile: Callable[[], None] = lambda: None) -> None:
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline
        meanwhile()
        time.sleep(0.02)
