"""The gateway with its real configuration, and stubs behind it that say what the test wants."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from index.gateway.nginx import AppServers, render_nginx
from index.models import Registry
from launcher.ports import LOOPBACK, free_ports
from tests.e2e.stack import Stack
from tests.e2e.wire import Wire
from tests.tools import tool
from tests.waiting import eventually

PARTS = ("tokens", "passwords", "web", "east")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that came through the gateway."""

    part: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def door(self) -> str:
        """The path."""
        return self.target.partition("?")[0]


@dataclass(frozen=True, slots=True)
class Reply:
    """What a stub says."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"{}"


Behaviour = Callable[[Asked], Reply]


class Parts:
    """The stubs: what they were asked, and how they answer."""

    def __init__(self) -> None:
        """Answer everything with 200, and each route with east."""
        self.asked: list[Asked] = []
        self.answer: Behaviour = answer_well
        self._lock = threading.Lock()

    def begin(self, answer: Behaviour | None = None) -> None:
        """Forget what was asked; answer so from now on."""
        self.asked.clear()
        self.answer = answer or answer_well

    def take(self, asked: Asked) -> Reply:
        """Note the request and answer it."""
        with self._lock:
            self.asked.append(asked)
        return self.answer(asked)

    def routes(self) -> list[Asked]:
        """The questions for a route."""
        return [one for one in self.asked if one.door == "/_gateway/route"]


def answer_well(asked: Asked) -> Reply:
    """Say yes to everything."""
    if asked.door == "/_gateway/route":
        return Reply(204, {"X-Waybill-Registry": "east"}, b"")
    return Reply(body=f"{asked.part} was here".encode())


@dataclass(frozen=True, slots=True)
class LoneGateway:
    """nginx, and what stands behind it."""

    wire: Wire
    parts: Parts
    folder: Path


@contextmanager
def running_gateway(folder: Path) -> Iterator[LoneGateway]:
    """Start nginx in front of stubs; `folder` is its own."""
    parts = Parts()
    with ExitStack() as running:
        ports = {name: running.enter_context(_stub(name, parts)) for name in PARTS}
        [port] = free_ports(1)
        text = render_nginx(
            [Registry(name="east", upstream_url=f"http://{LOOPBACK}:{ports['east']}")],
            listen=f"{LOOPBACK}:{port}",
            servers=AppServers(
                *([f"{LOOPBACK}:{ports[name]}"] for name in ("tokens", "passwords", "web"))
            ),
        )
        (folder / "temp").mkdir()
        (folder / "nginx.conf").write_text(text)
        running.enter_context(_nginx(folder))
        wire = Wire(Stack(folder, port))
        eventually(lambda: _answers(wire))
        yield LoneGateway(wire, parts, folder)


@contextmanager
def _nginx(folder: Path) -> Iterator[None]:
    command = [tool("nginx"), "-p", f"{folder}/", "-e", "stderr", "-c", str(folder / "nginx.conf")]
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=10)


@contextmanager
def _stub(name: str, parts: Parts) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def take(self) -> None:
            """Answer whatever is asked."""
            length = int(self.headers.get("Content-Length") or 0)
            headers = {key.lower(): value for key, value in self.headers.items()}
            for key in set(headers):  # so that none is lost where it came twice
                headers[key] = " | ".join(self.headers.get_all(key) or [])
            body = self.rfile.read(length)
            reply = parts.take(Asked(name, self.command, self.path, headers, body))
            self.send_response(reply.status)
            for key, value in reply.headers.items():
                self.send_header(key, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = take  # noqa: N815 - the library's names

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128
        daemon_threads = True

    server = Server((LOOPBACK, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answers(wire: Wire) -> bool:
    try:
        return wire.ask("GET", "/").status == 200
    except OSError:
        return False
