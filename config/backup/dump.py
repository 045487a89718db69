"""The database as one file, and back: SQLite by its own backup, PostgreSQL by pg_dump and pg_restore."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from django.db import connection

from config.backup.errors import BackupTrouble


def name() -> str:
    """Return what the file is called."""
    return "database.sqlite3" if connection.vendor == "sqlite" else "database.dump"


def dump(file: Path) -> None:
    """Write the database as it is at one moment; whoever works with it goes on."""
    if connection.vendor == "sqlite":
        _copy(Path(connection.settings_dict["NAME"]), file)
    else:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={file}")


def check_empty() -> None:
    """Raise BackupTrouble if there is anything already."""
    if connection.introspection.table_names():
        what = connection.settings_dict["NAME"]
        message = f"The database {what} is not empty: nothing is restored over what is there."
        raise BackupTrouble(message)


def load(file: Path) -> None:
    """Fill the empty database, whole or not at all."""
    if connection.vendor == "sqlite":
        target = Path(connection.settings_dict["NAME"])
        connection.close()
        _copy(file, target)
    else:
        _run(
            *("pg_restore", "--no-owner", "--no-privileges", "--exit-on-error"),
            *("--single-transaction", f"--dbname={connection.settings_dict['NAME']}", str(file)),
        )


def _copy(source: Path, target: Path) -> None:
    """Copy page by page inside one read transaction, whatever the write-ahead log holds."""
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)
        # One file, that can be read where nothing can be written.
        new.execute("PRAGMA journal_mode=DELETE")
        [[verdict]] = new.execute("PRAGMA integrity_check").fetchall()
    target.chmod(0o600)
    if verdict != "ok":
        message = f"{source} is damaged: {verdict}"
        raise BackupTrouble(message)


def _run(program: str, *arguments: str) -> None:
    path = shutil.which(program)
    if path is None:
        message = f"{program} is not here: install the client programs of PostgreSQL."
        raise BackupTrouble(message)
    finished = subprocess.run(  # noqa: S603 - our own arguments
        [path, *arguments],
        env=os.environ | _connection_of_programs(),
        capture_output=True,
        text=True,
        check=False,
    )
    if finished.returncode != 0:
        message = f"{program} failed: {finished.stderr.strip() or finished.returncode}"
        raise BackupTrouble(message)


def _connection_of_programs() -> dict[str, str]:
    """Return where the database is, as libpq reads it: no password stands in a list of processes."""
    known = connection.settings_dict
    named = {
        "PGHOST": known["HOST"],
        "PGPORT": known["PORT"],
        "PGUSER": known["USER"],
        "PGPASSWORD": known["PASSWORD"],
        "PGDATABASE": known["NAME"],
    }
    tls = {
        key: known["OPTIONS"].get(key) for key in ("sslmode", "sslrootcert", "sslcert", "sslkey")
    }
    named |= {f"PG{key.upper()}": value for key, value in tls.items()}
    return {variable: str(value) for variable, value in named.items() if value}
