"""Counting in Redis and without: the same numbers, never above the limit, and never an error."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from redis import Redis

from accounts.limits import Limit
from index.models import PullCount
from index.pull_counts import PullCounts
from tests.accounts.test_races import at_once
from tests.tools import tool
from tests.waiting import eventually

LIMIT = Limit("pulls", 5, 60)
NOWHERE = "redis://127.0.0.1:1"
NOON = "2026-11-21 12:00:00"


@contextmanager
def running_redis(folder: Path) -> Iterator[Path]:
    """A Redis that keeps nothing, and its socket."""
    socket = folder / "redis.sock"
    command = (tool("redis-server"), "--port", "0", "--unixsocket", str(socket), "--save", "")
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=folder)
    try:
        eventually(socket.exists)
        yield socket
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture(scope="module")
def socket() -> Iterator[Path]:
    """Where it listens."""
    with (
        tempfile.TemporaryDirectory(prefix="wb-") as name,  # short: a socket lies in it
        running_redis(Path(name)) as socket,
    ):
        yield socket


@pytest.fixture
def redis(socket: Path) -> Iterator[Redis]:
    """The same, empty."""
    with Redis.from_url(f"unix://{socket}") as redis:
        redis.flushall()
        yield redis


@pytest.fixture
def in_redis(redis: Redis, socket: Path) -> PullCounts:
    return PullCounts(f"unix://{socket}")


def test_both_places_count_alike(in_redis: PullCounts, db: None) -> None:
    in_database = PullCounts(NOWHERE)
    with time_machine.travel(NOON, tick=False) as clock:
        for step in (0, 10, 10, 0, 0, 0, 0, 35, 5, 0, 3, 17, 20, 0, 8, 1, 200, 0):
            clock.shift(step)
            assert in_redis.count(LIMIT, "x") == in_database.count(LIMIT, "x")
            assert in_redis.look(LIMIT, "x") == in_database.look(LIMIT, "x")
    assert PullCount.objects.exists()


def test_looking_counts_nothing(in_redis: PullCounts) -> None:
    assert in_redis.look(LIMIT, "x").remaining == in_redis.look(LIMIT, "x").remaining == 5


def test_counters_know_nothing_of_each_other(in_redis: PullCounts) -> None:
    in_redis.count(LIMIT, "x")
    assert in_redis.look(LIMIT, "y").remaining == 5
    assert in_redis.look(Limit("pulls", 5, 61), "x").remaining == 5


def test_a_limit_that_is_lowered_holds_at_once(in_redis: PullCounts) -> None:
    for _ in range(4):
        in_redis.count(LIMIT, "x")
    lower = in_redis.count(Limit("pulls", 2, 60), "x")
    assert (lower.was_counted, lower.remaining) == (False, 0)
    assert 0 < lower.wait <= 120


def test_a_pull_is_one_command_and_its_numbers_end_by_themselves(
    in_redis: PullCounts, redis: Redis
) -> None:
    in_redis.count(LIMIT, "x")
    redis.config_resetstat()
    in_redis.count(LIMIT, "x")
    sent = {name: stats["calls"] for name, stats in redis.info("commandstats").items()}
    assert sent["cmdstat_evalsha"] == 1
    assert set(sent) - {"cmdstat_config|resetstat", "cmdstat_info"} == {
        "cmdstat_evalsha", "cmdstat_get", "cmdstat_incr", "cmdstat_expire",
    }  # fmt: skip
    assert {60 < redis.ttl(key) <= 120 for key in redis.scan_iter()} == {True}


def test_who_pulls_at_once_gets_no_more_than_there_is(in_redis: PullCounts) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: in_redis.count(LIMIT, "x").was_counted, range(40)))
    assert sum(answers) == 5


@pytest.mark.django_db(transaction=True)
def test_neither_without_redis() -> None:
    in_database = PullCounts(NOWHERE)
    one = Limit("pulls", 2, 3600)
    readings = []
    at_once(*[lambda: readings.append(in_database.count(one, "x"))] * 4)
    assert sum(reading.was_counted for reading in readings) == 2
    assert in_database.look(one, "x").remaining == 0


def test_a_redis_that_goes_away_and_comes_back(db: None) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="wb-") as name,
        time_machine.travel(NOON, tick=False),
    ):
        counts = PullCounts(f"unix://{name}/redis.sock", leave_alone=0)
        with running_redis(Path(name)):
            assert [counts.count(LIMIT, "x").remaining for _ in range(5)] == [4, 3, 2, 1, 0]
        assert [counts.count(LIMIT, "x").remaining for _ in range(2)] == [4, 3]
        with running_redis(Path(name)):
            assert counts.look(LIMIT, "x").remaining == 5


def test_a_redis_that_is_away_is_left_alone_for_a_while(db: None) -> None:
    with tempfile.TemporaryDirectory(prefix="wb-") as name:
        counts = PullCounts(f"unix://{name}/redis.sock")
        counts.count(LIMIT, "x")
        with running_redis(Path(name)):
            assert counts.look(LIMIT, "x").remaining == 4
