"""A stack of its own for one run: Redis on a socket, the app server, a database; then all gone."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from bench.processes import SERVER_CORE, cpu_seconds, process
from launcher import postgres, secret_files, services
from launcher.instance import remove_socket_folder, socket_folder
from launcher.layout import CHECKOUT, Layout, prepare
from launcher.ports import LOOPBACK, free_ports
from launcher.tools import find
from launcher.variables import clean_environment, instance_variables

STARTS_WITHIN = 30.0


class NotStarted(Exception):
    """A part is missing or does not answer; `str()` says which."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where it answers, what the requests need, and the app server's main process."""

    port: int
    seeded: Mapping[str, str]
    server: int
    environment: Mapping[str, str]
    database: int | None = None  # PostgreSQL's main process

    def cpu_seconds(self) -> float:
        """Return the processor time that the app server's processes have used so far."""
        return cpu_seconds(self.server)

    def database_seconds(self) -> float:
        """Return the processor time of the database, where it is not in the app server itself."""
        return cpu_seconds(self.database) if self.database else 0.0


@contextmanager
def database(kind: str, folder: Path, *, durable: bool = False) -> Iterator[str]:
    """The URL of an empty database that lives as long as the stack."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    initdb = find("initdb", folder)
    if initdb is None:
        message = "no initdb on this machine"
        raise NotStarted(message)
    with postgres.cluster(initdb, durable=durable) as url:
        yield url


@contextmanager
def running_stack(kind: str, *, durable: bool = False) -> Iterator[Stack]:
    """A stack on `sqlite` or `postgresql`, with the command lines of `./dev run`.

    A `durable` PostgreSQL waits for its disk, as it does where it is not thrown away afterwards.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waybill-bench-")))
        layout = Layout(var=folder)
        prepare(layout)
        secret_files.make_missing(layout.var / "secrets")
        sockets = socket_folder(layout.run)
        stack.callback(remove_socket_folder, sockets, layout.run)
        [port] = free_ports(1)
        url = stack.enter_context(database(kind, folder, durable=durable))
        environment = _environment(layout, port, sockets, url)
        main = None if kind == "sqlite" else postmaster(url)
        redis = services.redis(layout, {"redis-server": _redis()}, sockets)
        stack.enter_context(process(redis.command, environment))
        seeded = run_module("bench.seed", environment=environment)
        server = stack.enter_context(process(_tokens(port), environment, core=SERVER_CORE))
        _wait_for(port, server)
        yield Stack(port, seeded, server.pid, environment, main)


def run_module(module: str, *arguments: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Run a module of ours in the environment of a stack, and return the JSON that it prints."""
    answer = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])
    return found


def _tokens(port: int) -> list[str]:
    """Return the command of the app server that signs: one worker, and the empty views beside."""
    command = services.app_server(Path(sys.executable), "tokens", port).command
    return [*command[:-1], "--workers", "1", "bench.wsgi:application"]


def postmaster(url: str) -> int:
    """Return the main process of the PostgreSQL that `database` started."""
    [folder] = parse_qs(urlsplit(url).query)["host"]
    return int((Path(folder) / "data" / "postmaster.pid").read_text().splitlines()[0])


def _environment(layout: Layout, port: int, sockets: Path, url: str) -> dict[str, str]:
    variables = {
        **instance_variables(layout, port=port, sockets=sockets),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "WAYBILL_DATABASE_URL": url,
    }
    return clean_environment(variables, venv=Path(sys.prefix))


def _redis() -> Path:
    found = find("redis-server", CHECKOUT / "var" / "tools")
    if found is None:
        message = "no redis-server on this machine: ./dev doctor says how to get it"
        raise NotStarted(message)
    return found


def _wait_for(port: int, server: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and server.poll() is None:
        connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    message = "the app server does not answer"
    raise NotStarted(message)
