"""`./dev run`, started as people start it, with a data folder of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launcher.layout import CHECKOUT
from launcher.ports import free_ports
from launcher.services import APP_SERVERS
from tests import migrated
from tests.waiting import eventually

_READY_WITHIN = 180.0  # the first run of all makes a virtual environment
_KEPT = ("WAYBILL_VENV", "WAYBILL_TOOLS")


@dataclass(frozen=True, slots=True)
class Stack:
    """A running instance and what can be known of it from outside."""

    folder: Path
    port: int
    checkout: Path = CHECKOUT

    @property
    def var(self) -> Path:
        return self.folder / "var"

    @property
    def host(self) -> str:
        """What stands before a repository's name in docker commands."""
        return f"127.0.0.1:{self.port}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    @property
    def output(self) -> str:
        """What the terminal shows."""
        return (self.folder / "output").read_text()

    @property
    def setup_link(self) -> str:
        """The link that makes the first administrator."""
        found = re.search(r"http://\S+/setup/\S+", self.output)
        assert found, self.output
        return found.group()

    def pid(self, process: str) -> int:
        """Return the id of tokens, passwords, web, worker, east, west, gateway or redis."""
        note = json.loads((self.var / "run" / "instance.json").read_text())
        return int(note["processes"][process]["pid"])

    def port_of(self, process: str) -> int:
        """Return where an app server or a registry listens, as the gateway is told."""
        upstream = process if process in APP_SERVERS else f"registry_{process}"
        configuration = (self.var / "nginx" / "nginx.conf").read_text()
        found = re.search(rf"upstream {upstream} {{ server [\d.]+:(\d+);", configuration)
        assert found, configuration
        return int(found.group(1))

    def secret(self, name: str) -> str:
        return (self.var / "secrets" / name).read_text().strip()

    def manage(self, *arguments: str) -> str:
        """Run `./dev manage …`; takes about a second."""
        return subprocess.run(
            self.command("manage", *arguments),
            cwd=self.checkout,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def command(self, name: str, *arguments: str) -> list[str]:
        return [
            sys.executable,
            str(self.checkout / "dev"),
            name,
            "--var",
            str(self.var),
            *arguments,
        ]


@contextmanager
def running_stack(
    database_url: str = "", checkout: Path = CHECKOUT, /, **told: str
) -> Iterator[Stack]:
    """Start an instance, and check in the end that Ctrl-C stops it cleanly; `told` are settings."""
    folder = Path(tempfile.mkdtemp(prefix="wb-"))  # short: sockets lie in it
    stack = Stack(folder, free_ports(1)[0], checkout)
    variables = environment() | ({"WAYBILL_DATABASE_URL": database_url} if database_url else {})
    variables |= told
    if not database_url:
        stack.var.mkdir()
        shutil.copy(migrated.sqlite(), stack.var / "waybill.sqlite3")
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            stack.command("run", "--port", str(stack.port)),
            cwd=checkout,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: is_ready(stack, process), within=_READY_WITHIN)
        yield stack
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, stack.output
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(timeout=60)
        shutil.rmtree(folder, ignore_errors=True)


def is_ready(stack: Stack, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, stack.output
    return f"READY {stack.origin}/" in stack.output


def environment() -> dict[str, str]:
    """The environment of a person: without the settings of tests, in a shared virtual one."""
    foreign = ("WAYBILL_", "DJANGO_", "PYTEST_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    told = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {"WAYBILL_VENV": str(CHECKOUT / "var" / "venv"), **kept, **told}
