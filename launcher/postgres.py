"""A PostgreSQL of our own for one run of the tests: a socket in a temporary folder, no port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from launcher.leftovers import signal_group
from launcher.packages import is_root
from launcher.problems import Problem
from launcher.spawn import ONESELF, Identity, spawn

DATABASE = "waybill"
STARTS_WITHIN = 30.0
# The cluster is thrown away, so nothing needs to survive a crash.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "60",
    "timezone": "UTC",
    "log_min_messages": "fatal",
}
DURABLE = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on"}


@contextmanager
def cluster(initdb: Path, *, durable: bool = False, like: Path | None = None) -> Iterator[str]:
    """The URL of a database, empty or `like` one that was made before; it is gone afterwards.

    `durable` waits for its disk as others do.
    """
    folder = Path(tempfile.mkdtemp(prefix="waybill-pg-"))
    try:
        if like is None:
            make_in(initdb, folder)
        else:
            copy(like, folder)
        settings = SETTINGS | DURABLE if durable else SETTINGS
        program = initdb.resolve().with_name("postgres")
        with running(program, folder, who_runs_postgresql(), settings):
            yield url_of(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def url_of(folder: Path) -> str:
    """How a server with a socket in this folder is reached."""
    return f"postgresql:///{DATABASE}?host={folder}&user={DATABASE}"


def make_in(initdb: Path, folder: Path) -> None:
    """Make one without tables, for whoever runs it."""
    identity = who_runs_postgresql()
    if identity.user is not None and identity.group is not None:
        os.chown(folder, identity.user, identity.group)
    make(initdb, folder, identity)


def copy(folder: Path, place: Path) -> None:
    """Copy one that does not run, with whoever owns what is in it."""
    place.mkdir(exist_ok=True)
    subprocess.run(["cp", "-a", f"{folder}/.", str(place)], check=True)


def who_runs_postgresql() -> Identity:
    """PostgreSQL refuses to run as root: take its own user, or nobody."""
    if not is_root():
        return ONESELF
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Identity(user.pw_uid, user.pw_gid)
    sentence = "PostgreSQL does not run as root, and there is no user postgres or nobody."
    raise Problem(sentence)


def make(initdb: Path, folder: Path, identity: Identity) -> None:
    process = spawn(
        [
            *(str(initdb), "--pgdata", str(folder / "data"), "--username", DATABASE),
            *("--auth", "trust", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"),
        ],
        environment=environment_for(folder),
        folder=folder,
        identity=identity,
    )
    wait_for_end(process)
    create_database(initdb.resolve().with_name("postgres"), folder, identity)


def create_database(postgres: Path, folder: Path, identity: Identity) -> None:
    """Single-user mode needs no client program."""
    statement = folder / "create.sql"
    statement.write_text(f"CREATE DATABASE {DATABASE}\n")
    statement.chmod(0o644)
    process = spawn(
        [
            *("/bin/sh", "-c", 'exec "$0" --single -D "$1" template1 < "$2"'),
            *(str(postgres), str(folder / "data"), str(statement)),
        ],
        environment=environment_for(folder),
        folder=folder,
        identity=identity,
    )
    wait_for_end(process)


@contextmanager
def running(
    postgres: Path, folder: Path, identity: Identity, settings: Mapping[str, str] = SETTINGS
) -> Iterator[None]:
    options = [f"--{name}={value}" for name, value in settings.items()]
    with (folder / "log").open("w") as log:
        process = spawn(
            [str(postgres), "-D", str(folder / "data"), "-k", str(folder), *options],
            environment=environment_for(folder),
            folder=folder,
            stdout=log.fileno(),
            identity=identity,
        )
    try:
        wait_until_ready(process, folder)
        yield
    finally:
        # "Immediate shutdown": what is in it is thrown away anyway.
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            signal_group(process.pid, signal.SIGKILL)
            process.wait()


def wait_until_ready(process: subprocess.Popen[str], folder: Path) -> None:
    """PostgreSQL writes `ready` into the eighth line of its note when it takes connections."""
    note = folder / "data" / "postmaster.pid"
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if note.exists() and note.read_text().splitlines()[7:8] == ["ready   "]:
            return
        time.sleep(0.05)
    raise failure((folder / "log").read_text())


def wait_for_end(process: subprocess.Popen[str]) -> None:
    output, _ = process.communicate()
    if process.returncode != 0:
        raise failure(output)


def failure(output: str) -> Problem:
    last = (output.strip().splitlines() or ["it said nothing"])[-1]
    if "TimeZone" in last:  # Debian's build has none of its own
        last = "this machine has no time zones; as root, run: apt-get install tzdata"
    return Problem(f"The PostgreSQL for the tests could not be started: {last}")


def environment_for(folder: Path) -> dict[str, str]:
    """The person's PGDATA, PGPORT and the like are about another server."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**inherited, "HOME": str(folder), "LC_ALL": "C.UTF-8"}
