"""A small token server in Go, built where there is a compiler: what a compiled language needs."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import SERVER_CORE, cpu_seconds, process
from launcher.layout import CHECKOUT
from launcher.ports import LOOPBACK, free_ports

_SOURCE = CHECKOUT / "bench" / "baselines" / "token_server.go"
_USUAL_PLACE = "/usr/local/go/bin/go"


@dataclass(frozen=True, slots=True)
class GoServer:
    """Where it answers, and its process."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used so far."""
        return cpu_seconds(self.pid)


@contextmanager
def go_token_server() -> Iterator[GoServer | None]:
    """The server on one core; None where there is no `go`."""
    go = shutil.which("go") or shutil.which(_USUAL_PLACE)
    if go is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="waybill-bench-go-") as folder:
        built = Path(folder) / "token_server"
        subprocess.run(
            [go, "build", "-o", str(built), str(_SOURCE)],
            check=True,
            env={**os.environ, "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod", "GO111MODULE": "off"},
        )
        [port] = free_ports(1)
        environment = {"GOMAXPROCS": "1"}
        command = [str(built), f"{LOOPBACK}:{port}"]
        with process(command, environment, core=SERVER_CORE) as started:
            _wait_for(port)
            yield GoServer(port, started.pid)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, port)) == 0:
                return
        time.sleep(0.05)
