"""A replica of a test's PostgreSQL, by streaming replication, that can be held back and stopped."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from launcher import postgres
from tests.faults.database import SETTINGS, Database
from tests.tools import tool


class Replica:
    """One server that follows another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._identity = postgres.who_runs_postgresql()
        self._programs = Path(tool("initdb")).resolve().parent
        self._running: ExitStack | None = None

    @property
    def url(self) -> str:
        return postgres.url_of(self.folder)

    def copy(self, primary: Database) -> None:
        """Begin as what the primary is now."""
        command = [
            *(str(self._programs / "pg_basebackup"), "--pgdata", str(self.folder / "data")),
            *("--host", str(primary.folder), "--username", postgres.DATABASE, "--no-password"),
            *("--write-recovery-conf", "--checkpoint=fast", "--no-sync"),
        ]
        subprocess.run(
            command,
            env=postgres.environment_for(self.folder),
            user=self._identity.user,
            group=self._identity.group,
            cwd=self.folder,
            check=True,
        )

    def start(self) -> None:
        """Start it, and wait until it can be read."""
        self._running = ExitStack()
        program = self._programs / "postgres"
        self._running.enter_context(
            postgres.running(program, self.folder, self._identity, SETTINGS)
        )

    def stop(self) -> None:
        """End it in the middle of whatever it does."""
        if self._running is not None:
            self._running.close()
            self._running = None

    @contextmanager
    def held_back(self) -> Iterator[None]:
        """Let it take what it is sent, and show nothing of it."""
        self.ask("SELECT pg_wal_replay_pause()")
        try:
            yield
        finally:
            self.ask("SELECT pg_wal_replay_resume()")

    def ask(self, statement: str) -> Any:
        """Return the first value of the answer."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            row = connection.execute(statement.encode()).fetchone()
        return row[0] if row else None

    @property
    def searches(self) -> int:
        """How often a table of the search index was looked at."""
        return int(
            self.ask(
                "SELECT sum(seq_scan + COALESCE(idx_scan, 0)) FROM pg_stat_user_tables"
                " WHERE relname LIKE 'search_entry_%'"
            )
        )


@contextmanager
def running_replica(primary: Database) -> Iterator[Replica]:
    """Start one that is gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="waybill-replica-"))
    replica = Replica(folder)
    identity = postgres.who_runs_postgresql()
    if identity.user is not None and identity.group is not None:
        os.chown(folder, identity.user, identity.group)
    try:
        replica.copy(primary)
        replica.start()
        yield replica
    finally:
        replica.stop()
        shutil.rmtree(folder, ignore_errors=True)
