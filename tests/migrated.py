"""Databases with our tables and nothing in them: made once for each state of the code, then copied.

The migrations take 16 s of a processor, nearly all for what Django keeps of each model's past; every process
of the tests and every instance that they start would take them again.
`python -m tests.migrated` makes the one of SQLite before anybody waits for it; with the path of initdb that of
PostgreSQL, and prints where it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path

import psycopg

from launcher import postgres
from launcher.layout import CHECKOUT

FOLDER = CHECKOUT / "var" / "test" / "migrated"
# Whatever a migration may read: models, triggers, and the packages with migrations of their own.
SOURCES = ("accounts", "config", "index", "search", "tokenauth", "requirements.txt")


def sqlite() -> Path:
    """Return the file of one for SQLite."""
    return kept("sqlite3", lambda path: migrate(f"sqlite:///{path}"))


def cluster(initdb: Path) -> Path:
    """Return the folder of a server for PostgreSQL with one, `postgres.DATABASE`."""
    release = initdb.resolve().parents[1].name  # another one could not read it
    return kept(f"cluster-{release}", lambda place: make_cluster(initdb, place))


def kept(kind: str, make: Callable[[Path], None]) -> Path:
    """Return the one of this state of the code; who needs it first makes it, the others wait."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{state_of_the_code()}.{kind}"
    with (FOLDER / f"{kind}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            for old in FOLDER.glob(f"*.{kind}*"):
                shutil.rmtree(old) if old.is_dir() else old.unlink()
            unfinished = path.with_name(f"{path.name}-unfinished")
            make(unfinished)
            unfinished.rename(path)
    return path


@cache
def state_of_the_code() -> str:
    """Return what is another one after any change to what is migrated."""
    digest = hashlib.sha256(sys.version.encode())
    files = [path for name in SOURCES for path in [CHECKOUT / name, *(CHECKOUT / name).rglob("*")]]
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(f"{path}\0{path.stat().st_size}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def migrate(url: str) -> None:
    """Bring a database to the schema of this code."""
    variables = {"DJANGO_SETTINGS_MODULE": "tests.settings", "WAYBILL_DATABASE_URL": url}
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    subprocess.run(command, cwd=CHECKOUT, env=os.environ | variables, check=True)


def make_cluster(initdb: Path, place: Path) -> None:
    """Make the folder of one that was ended in order."""
    # Not in its place: whoever runs PostgreSQL may not look into the folders of who runs the tests.
    with tempfile.TemporaryDirectory(prefix="waybill-pg-") as name:
        folder = Path(name)
        postgres.make_in(initdb, folder)
        program, identity = initdb.resolve().with_name("postgres"), postgres.who_runs_postgresql()
        with postgres.running(program, folder, identity):
            migrate(postgres.url_of(folder))
            with psycopg.connect(postgres.url_of(folder), autocommit=True) as connection:
                connection.execute("CHECKPOINT")
        postgres.copy(folder, place)


if __name__ == "__main__":
    sys.stdout.write(f"{cluster(Path(sys.argv[1])) if sys.argv[1:] else sqlite()}\n")
