"""A database that a measurement fills, in a folder that may stay for the next one."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from bench.stack import NotStarted
from launcher import postgres
from launcher.tools import find
from launcher.variables import clean_environment

# Beside the settings of the other measurements: everything that is searched stays in memory.
_MEMORY = {"shared_buffers": "4GB", "max_wal_size": "8GB"}


@contextmanager
def folder_for(keep: Path | None, name: str) -> Iterator[Path]:
    """A folder that stays, or one that does not."""
    temporary = tempfile.TemporaryDirectory(prefix="waybill-bench-")
    with temporary if keep is None else nullcontext(str(keep.resolve() / name)) as path:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of the database in the folder; it is made where there is none."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    initdb = find("initdb", folder)
    if initdb is None:
        message = "no initdb on this machine"
        raise NotStarted(message)
    identity = postgres.who_runs_postgresql()
    if identity.user is not None and identity.group is not None:
        os.chown(folder, identity.user, identity.group)
    if not (folder / "data").exists():
        postgres.make(initdb, folder, identity)
    program = initdb.resolve().with_name("postgres")
    with postgres.running(program, folder, identity, postgres.SETTINGS | _MEMORY):
        yield f"postgresql:///{postgres.DATABASE}?host={folder}&user={postgres.DATABASE}"


def environment(folder: Path, url: str) -> dict[str, str]:
    """Return the settings of a measurement that needs nothing but its database."""
    variables = {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "WAYBILL_PUBLIC_URL": "http://127.0.0.1:9",
        "WAYBILL_VAR": str(folder),
        "WAYBILL_SECRET_KEY": "bench-" * 10,
        "WAYBILL_GATEWAY_SECRET": "bench-" * 10,
        "WAYBILL_REDIS_URL": "redis://127.0.0.1:9",
        "WAYBILL_DATABASE_URL": url,
    }
    return clean_environment(variables, venv=Path(sys.prefix))
