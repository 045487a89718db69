"""A PostgreSQL that a test stops, starts, slows down and lets run out of disk."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from launcher import postgres
from launcher.packages import is_root
from tests import migrated
from tests.faults.line import Line, running_line
from tests.tools import tool

SETTINGS = {**postgres.SETTINGS, "max_wal_size": "64MB", "min_wal_size": "32MB"}


class Database:
    """One server behind a line of ours, through which the instance talks to it."""

    def __init__(self, folder: Path, line: Line) -> None:
        self.folder = folder
        self.line = line
        self._identity = postgres.who_runs_postgresql()
        self._initdb = Path(tool("initdb"))
        self._running: ExitStack | None = None

    @property
    def url(self) -> str:
        """How the instance reaches it: through the line."""
        return postgres.url_of(self.line.folder)

    @property
    def own_url(self) -> str:
        """How tests reach it."""
        return postgres.url_of(self.folder)

    def make(self, *, empty: bool) -> None:
        """Make one with our tables and nothing in them, or without those."""
        if empty:
            postgres.make_in(self._initdb, self.folder)
        else:
            postgres.copy(migrated.cluster(self._initdb), self.folder)

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        program = self._initdb.resolve().with_name("postgres")
        self._running = ExitStack()
        self._running.enter_context(
            postgres.running(program, self.folder, self._identity, SETTINGS)
        )

    def stop(self) -> None:
        """End it as `pg_ctl stop -m immediate` does: in the middle of whatever it does."""
        if self._running is not None:
            self._running.close()
            self._running = None

    def execute(self, statement: str) -> None:
        """Run a statement as its administrator."""
        with psycopg.connect(self.own_url, autocommit=True) as connection:
            connection.execute(statement.encode())

    def set(self, name: str, value: str) -> None:
        """Change a setting of the running server."""
        self.execute(f"ALTER SYSTEM SET {name} = {value}")
        self.execute("SELECT pg_reload_conf()")

    @contextmanager
    def locked(self, table: str) -> Iterator[None]:
        """Hold a lock on a table that lets nobody even read it."""
        with psycopg.connect(self.own_url) as connection:
            connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
            yield
            connection.rollback()


@contextmanager
def running_database(megabytes: int = 0, *, empty: bool = False) -> Iterator[Database]:
    """Start one that is gone afterwards; on a disk of so many megabytes, if that is said."""
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="waybill-pg-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        if megabytes:
            stack.enter_context(small_disk(folder, megabytes))
        line = stack.enter_context(running_line(folder / ".s.PGSQL.5432"))
        database = Database(folder, line)
        database.make(empty=empty)
        stack.callback(database.stop)
        database.start()
        yield database


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[None]:
    """Let the folder be a disk of its own."""
    if not is_root():
        pytest.skip("to mount a disk of its own needs root")
    size = f"size={megabytes}m"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "waybill-test", folder], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)
