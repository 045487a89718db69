"""However deep a caller stands, calls take no memory from the system."""

from __future__ import annotations

import resource
import runpy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from celery import Celery
from django.core import management

from config.celery import give_room
from config.stack_room import with_room
from launcher.layout import CHECKOUT

CALLS = 2_000


def something() -> int:
    """Be called, with a frame of some size."""
    a = b = c = d = e = f = g = h = 1
    return sum((a, b, c, d, e, f, g, h))


def faults_at(depth: int) -> int:
    """How many pages the system had to bring while something was called again and again from there."""
    if depth:
        return faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(CALLS):
        something()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before


def worst(ask: Callable[[int], int]) -> int:
    return max(ask(depth) for depth in range(250))


def elsewhere(function: Callable[[], int]) -> int:
    """Call it in a thread of its own: a test has room already."""
    with ThreadPoolExecutor(1) as threads:
        return threads.submit(function).result()


def test_calls_at_any_depth_take_no_pages() -> None:
    assert elsewhere(lambda: worst(with_room(faults_at))) < CALLS / 10


def test_without_room_some_depth_takes_one_for_each_call() -> None:
    """Where this fails, the interpreter has mended it, and config.stack_room can go."""
    assert elsewhere(lambda: worst(faults_at)) > CALLS / 2


def test_tasks_of_a_worker_have_room() -> None:
    app = Celery("deep", set_as_current=False)

    @app.task(name="ask")
    def ask() -> int:
        return worst(faults_at)

    give_room(app)
    assert elsewhere(lambda: ask.apply().get()) < CALLS / 10


def test_commands_have_room(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    monkeypatch.setattr(
        management, "execute_from_command_line", lambda _argv: found.append(worst(faults_at))
    )
    program = str(CHECKOUT / "manage.py")
    elsewhere(lambda: len(runpy.run_path(program, run_name="__main__")))
    assert found[0] < CALLS / 10
