"""A PgBouncer in transaction mode before a PostgreSQL of a test, with fewer connections than clients."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from launcher import postgres
from launcher.spawn import spawn
from tests.faults.database import Database
from tests.tools import tool
from tests.waiting import eventually

_CONFIGURATION = """
[databases]
{database} = host={server} user={database}
[pgbouncer]
pool_mode = transaction
default_pool_size = 2
max_client_conn = 200
unix_socket_dir = {folder}
listen_port = 6432
auth_type = any
admin_users = {database}
logfile = {folder}/log
pidfile = {folder}/pid
"""


@dataclass(frozen=True, slots=True)
class Pooler:
    """One that runs."""

    folder: Path

    @property
    def url(self) -> str:
        """How app servers reach the database through it."""
        return f"{postgres.url_of(self.folder)}&port=6432"

    @property
    def transactions(self) -> int:
        """How many went through it."""
        [found] = [
            one for one in self.tell("SHOW STATS_TOTALS") if one["database"] == postgres.DATABASE
        ]
        return int(found["xact_count"])

    def tell(self, command: str) -> list[dict[str, Any]]:
        """Say something at its console, which knows the simple protocol alone."""
        url = self.url.replace(f"/{postgres.DATABASE}?", "/pgbouncer?")
        with psycopg.connect(url, autocommit=True) as connection:
            cursor = psycopg.ClientCursor(connection, row_factory=dict_row)
            cursor.execute(command.encode())
            return cursor.fetchall() if cursor.description else []


@contextmanager
def running_pooler(database: Database) -> Iterator[Pooler]:
    """Start one as the user of the server: it refuses to be root."""
    program, identity = tool("pgbouncer"), postgres.who_runs_postgresql()
    folder = Path(tempfile.mkdtemp(prefix="wb-pool-"))
    if identity.user is not None and identity.group is not None:
        os.chown(folder, identity.user, identity.group)
    given = {"folder": folder, "server": database.folder, "database": postgres.DATABASE}
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(_CONFIGURATION.format(**given))
    configuration.chmod(0o644)
    with (folder / "output").open("w") as output:
        process = spawn(
            [program, "--quiet", str(configuration)],
            environment=postgres.environment_for(folder),
            folder=folder,
            stdout=output.fileno(),
            identity=identity,
        )
    try:
        eventually((folder / ".s.PGSQL.6432").is_socket)
        yield Pooler(folder)
    finally:
        process.terminate()
        process.wait(timeout=10)
        shutil.rmtree(folder, ignore_errors=True)
