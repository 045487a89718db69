"""Which requests to stop are heard, and that they are counted."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest

from launcher.interruptions import ENDING, Interruptions, raise_on_interruption


@pytest.fixture(autouse=True)
def _keep_signal_handlers() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in ENDING}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_before_anything_runs_a_request_to_stop_ends_the_launcher(number: signal.Signals) -> None:
    raise_on_interruption()
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)


def test_while_processes_run_requests_are_counted() -> None:
    with Interruptions() as interruptions:
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGTERM)
    assert interruptions.count == 2


def test_a_launcher_started_in_the_background_of_a_script_still_hears_kill_int() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with Interruptions() as interruptions:
        signal.raise_signal(signal.SIGINT)
    assert interruptions.count == 1


def test_a_launcher_started_with_nohup_survives_the_end_of_the_terminal() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with Interruptions() as interruptions:
        signal.raise_signal(signal.SIGHUP)
    assert interruptions.count == 0
