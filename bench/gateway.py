"""nginx as the gateway of a stack, and nginx that passes everything on, before the same stub."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.processes import LOAD_CORE, SERVER_CORE, cpu_seconds, process
from bench.seed import REGISTRY
from bench.stack import NotStarted, Stack
from launcher.layout import CHECKOUT
from launcher.ports import LOOPBACK, free_ports
from launcher.tools import find

_USER = "user root;" if os.geteuid() == 0 else ""
# As much of the gateway's own configuration as a plain proxy needs.
_BARE = """
{user} worker_processes 1; pid nginx.pid; events {{ worker_connections 1024; }}
http {{
  client_body_temp_path temp/body; proxy_temp_path temp/proxy; fastcgi_temp_path temp/fastcgi;
  uwsgi_temp_path temp/uwsgi; scgi_temp_path temp/scgi;
  access_log off; keepalive_requests 100000;
  {inside}
}}
"""
_STUB = 'server {{ listen {host}:{port}; location / {{ return 200 "seventeen bytes.\n"; }} }}'
_PLAIN = """
  upstream stub {{ server {host}:{stub}; keepalive 16; }}
  server {{
    listen {host}:{port};
    location / {{
      proxy_pass http://stub; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
"""


@dataclass(frozen=True, slots=True)
class Nginx:
    """Where one of them answers, and its main process."""

    port: int
    pid: int

    def cpu_seconds(self) -> float:
        """Return the processor time that it has used so far."""
        return cpu_seconds(self.pid)


@contextmanager
def gateway_and_plain_proxy(stack: Stack) -> Iterator[tuple[Nginx, Nginx]]:
    """The gateway and the plain proxy, each one worker on the server's core.

    The registry behind both is a stub that says 17 bytes, on the other core.
    """
    program = find("nginx", CHECKOUT / "var" / "tools")
    if program is None:
        message = "no nginx on this machine: ./dev doctor says how to get it"
        raise NotStarted(message)
    stub, plain, gateway = free_ports(3)
    with ExitStack() as started:
        names = {"host": LOOPBACK, "stub": stub}
        start = (started, program, stack)
        _start(*start, _bare(_STUB.format(port=stub, **names)), stub, LOAD_CORE)
        proxy = _start(*start, _bare(_PLAIN.format(port=plain, **names)), plain, SERVER_CORE)
        configuration = _gateway_configuration(stack, gateway, stub)
        yield _start(*start, configuration, gateway, SERVER_CORE), proxy


def _bare(inside: str) -> str:
    return _BARE.format(user=_USER, inside=inside)


def _gateway_configuration(stack: Stack, port: int, stub: int) -> str:
    """Return what `manage.py gateway_config` prints, for one worker and the stub."""
    command = [sys.executable, "manage.py", "gateway_config", "--listen", f"{LOOPBACK}:{port}"]
    rendered = subprocess.run(
        [*command, "--web", f"{LOOPBACK}:{stack.port}"],
        cwd=CHECKOUT,
        env=dict(stack.environment),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    registry = REGISTRY.removeprefix("http://")
    found = rendered.replace("worker_processes 2;", "worker_processes 1;")
    return found.replace(f"server {registry};", f"server {LOOPBACK}:{stub};")


def _start(
    started: ExitStack, program: Path, stack: Stack, configuration: str, port: int, core: int
) -> Nginx:
    folder = Path(started.enter_context(tempfile.TemporaryDirectory(prefix="waybill-nginx-")))
    (folder / "temp").mkdir()
    written = folder / "nginx.conf"
    written.touch(0o600)
    written.write_text(configuration)
    command = [str(program), "-p", f"{folder}/", "-e", "stderr", "-c", str(written)]
    running = started.enter_context(
        process([*command, "-g", "daemon off;"], stack.environment, core=core)
    )
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline and running.poll() is None:
        with socket.socket() as tried:
            if tried.connect_ex((LOOPBACK, port)) == 0:
                return Nginx(port, running.pid)
        time.sleep(0.05)
    message = "nginx does not answer"
    raise NotStarted(message)
