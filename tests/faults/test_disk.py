"""The disk is full (L15): who reads goes on, who writes is told to come back, nothing is broken."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import psycopg
import pytest

from tests import migrated
from tests.e2e.stack import Stack, running_stack
from tests.faults.cast import Cast, running_cast, told_pull
from tests.faults.database import running_database, small_disk
from tests.faults.traffic import Traffic, statuses
from tests.waiting import eventually

pytestmark = pytest.mark.slow
MEGABYTES = 400
_BLOCK = 65_536


def test_a_full_disk_of_postgresql_stops_writers_alone(tmp_path: Path) -> None:
    with (
        running_database(MEGABYTES) as database,
        running_stack(database.url) as stack,
        running_cast(stack) as cast,
    ):
        assert_only_writers_are_stopped(cast, database.folder)
        database.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
        with psycopg.connect(database.own_url) as connection:
            tables = "SELECT oid::regclass FROM pg_class WHERE relkind = 'r'"
            wrong = f"SELECT count(*) FROM ({tables}) AS t(r), verify_heapam(t.r)"  # noqa: S608
            assert connection.execute(wrong.encode()).fetchone() == (0,)


def test_a_full_disk_of_sqlite_stops_writers_alone() -> None:
    with sqlite_on_small_disk() as (path, stack), running_cast(stack) as cast:
        assert_only_writers_are_stopped(cast, path.parent)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextmanager
def sqlite_on_small_disk() -> Iterator[tuple[Path, Stack]]:
    """An instance whose database alone lies on it."""
    folder = Path(tempfile.mkdtemp(prefix="wb-disk-"))
    try:
        with small_disk(folder, 60):
            path = folder / "waybill.sqlite3"
            shutil.copy(migrated.sqlite(), path)
            with running_stack(f"sqlite:///{path}") as stack:
                yield path, stack
    finally:
        folder.rmdir()


def assert_only_writers_are_stopped(cast: Cast, disk: Path) -> None:
    """Fill it, look, and make room again."""
    body = told_pull(cast.public) + b" " * 200_000
    ballast = disk / "ballast"
    fill(ballast)
    try:
        eventually(lambda: cast.tell(body).status == 503, within=60)
        with Traffic(cast.wire, list(cast.doors().values())) as traffic:
            traffic.goes_on(120)
        assert set(statuses(traffic.seen)) <= {200, 503}
        for door in ("token", "anonymous", "pull", "page"):
            assert set(statuses(traffic.seen, door)) == {200}, door
    finally:
        ballast.unlink()
    eventually(lambda: cast.write().status == 200, within=30)
    eventually(lambda: cast.tell(body).status == 202, within=30)
    eventually(cast.are_all_served, within=30)


def fill(path: Path) -> None:
    """Leave no room beside this file."""
    with path.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * _BLOCK)
        except OSError:
            return
