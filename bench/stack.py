"""A stack of its own for one run: Redis on a socket, the app server, a database; then all gone."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher import postgres, secret_files, services
from launcher.instance import remove_socket_folder, socket_folder
from launcher.layout import CHECKOUT, Layout, prepare
from launcher.ports import LOOPBACK, free_ports
from launcher.spawn import spawn
from launcher.tools import find
from launcher.variables import clean_environment, instance_variables

STARTS_WITHIN = 30.0
_TICK = 1 / os.sysconf("SC_CLK_TCK")


class NotStarted(Exception):
    """A part is missing or does not answer; `str()` says which."""


@dataclass(frozen=True, slots=True)
class Stack:
    """Where it answers, what the requests need, and the app server's main process."""

    port: int
    seeded: Mapping[str, str]
    server: int

    def cpu_seconds(self) -> float:
        """Return the processor time that the app server's processes have used so far."""
        return sum(_cpu_seconds(pid) for pid in _tree(self.server))


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database that lives as long as the stack."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'bench.sqlite3'}"
        return
    initdb = find("initdb", folder)
    if initdb is None:
        message = "no initdb on this machine"
        raise NotStarted(message)
    with postgres.cluster(initdb) as url:
        yield url


@contextmanager
def running_stack(kind: str) -> Iterator[Stack]:
    """A stack on `sqlite` or `postgresql`, with the command lines of `./dev run`."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="waybill-bench-")))
        layout = Layout(var=folder)
        prepare(layout)
        secret_files.make_missing(layout.var / "secrets")
        sockets = socket_folder(layout.run)
        stack.callback(remove_socket_folder, sockets, layout.run)
        [port] = free_ports(1)
        url = stack.enter_context(database(kind, folder))
        environment = _environment(layout, port, sockets, url)
        redis = services.redis(layout, {"redis-server": _redis()}, sockets)
        stack.enter_context(_process(redis.command, environment))
        seeded = _seed(environment)
        tokens = services.app_server(Path(sys.executable), "tokens", port)
        server = stack.enter_context(_process(tokens.command, environment))
        _wait_for(port, server)
        yield Stack(port, seeded, server.pid)


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


@contextmanager
def _process(
    command: Sequence[str], environment: Mapping[str, str]
) -> Iterator[subprocess.Popen[str]]:
    process = spawn(command, environment=environment, folder=CHECKOUT, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _seed(environment: Mapping[str, str]) -> dict[str, str]:
    answer = subprocess.run(
        [sys.executable, "-m", "bench.seed"],
        cwd=CHECKOUT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    seeded: dict[str, str] = json.loads(answer.stdout.splitlines()[-1])
    return seeded


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


def _tree(root: int) -> list[int]:
    """Return the process and its descendants."""
    found = [root]
    for pid in found:  # grows while it is walked
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            found += [int(child) for child in children.read_text().split()]
    return found


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * _TICK
