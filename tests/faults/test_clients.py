"""Clients that are slow, many, or write all at once (L9, L20, L21)."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.e2e.processes import standing_still
from tests.e2e.stack import running_stack
from tests.faults.cast import Cast, running_cast, told_pull
from tests.faults.traffic import Traffic, statuses
from tests.waiting import eventually

SLOW = "127.0.0.9"
SLOW_CLIENTS = 500
WRITERS = 8
WRITES = 40
FLOOD = 2_500
PULLS = """
from index.models import Repository
answer = Repository.objects.get(name=name).pull_count
"""


@pytest.fixture(scope="module")
def on_sqlite() -> Iterator[Cast]:
    """An instance with one file for a database."""
    with running_stack() as stack, running_cast(stack) as cast:
        yield cast


@pytest.mark.slow
def test_five_hundred_clients_that_say_no_more_hold_nobody_up(cast: Cast) -> None:
    """L20: a head without end, and a body without end."""
    heads = (b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ", body_begun("/accounts/login/"))
    with ExitStack() as stack:
        for number in range(SLOW_CLIENTS):
            connection = stack.enter_context(
                socket.create_connection(("127.0.0.1", cast.stack.port), 30, (SLOW, 0))
            )
            connection.sendall(heads[number % 2])
        with Traffic(cast.wire, list(cast.doors().values())) as traffic:
            traffic.goes_on(200)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}


def body_begun(target: str) -> bytes:
    return f"POST {target} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nx".encode()


@pytest.mark.slow
def test_eight_writers_at_once_never_meet_a_locked_database(on_sqlite: Cast) -> None:
    """L21: on SQLite, where one writes at a time; beside them people read."""

    def write(_: int) -> list[int]:
        return [on_sqlite.write().status for _ in range(WRITES)]

    doors = list(on_sqlite.doors().values())
    with (
        Traffic(on_sqlite.wire, doors, per_second=20) as traffic,
        ThreadPoolExecutor(WRITERS) as writers,
    ):
        written = list(writers.map(write, range(WRITERS)))
    assert written == [[200] * WRITES] * WRITERS
    assert statuses(traffic.seen) == {200: len(traffic.seen)}


@pytest.mark.slow
def test_a_flood_of_notifications_is_answered_and_counted_to_the_last(cast: Cast) -> None:
    """L9: as fast as this machine can tell them; nobody waits for the worker, which sleeps at first."""
    before = cast.backstage.run(PULLS, name=cast.public)

    def tell(_: int) -> int:
        return cast.tell(told_pull(cast.public)).status

    with ThreadPoolExecutor(8) as registries:
        with standing_still(cast.stack, "worker"):
            told = list(registries.map(tell, range(FLOOD)))
        told += registries.map(tell, range(FLOOD))
    assert set(told) == {202}
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) >= before + 2 * FLOOD, within=60)
    assert cast.backstage.run(PULLS, name=cast.public) == before + 2 * FLOOD
