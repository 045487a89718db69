"""Real collectors on this machine: a syslog server (RFC 6587 frames) and one that takes lines by HTTP."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class Collector:
    """What came, whole messages in their order."""

    url: str = ""
    messages: list[str] = field(default_factory=list)
    authorization: str = ""
    breaks_after: int | None = None  # bytes, after which it cuts the connection
    status: int = 204


@contextmanager
def syslog_over_tcp(context: ssl.SSLContext | None = None) -> Iterator[Collector]:
    """Read frames of a length and a text, and close when the sender has ended."""
    collector = Collector()
    with socket.create_server(("127.0.0.1", 0)) as server:
        scheme = "tls" if context else "tcp"
        collector.url = f"{scheme}://127.0.0.1:{server.getsockname()[1]}"
        arguments = (server, collector, context)
        thread = threading.Thread(target=_serve, args=arguments, daemon=True)
        thread.start()
        yield collector
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(server: socket.socket, collector: Collector, context: ssl.SSLContext | None) -> None:
    while True:
        try:
            plain, _ = server.accept()
        except OSError:
            return
        try:
            connection = context.wrap_socket(plain, server_side=True) if context else plain
        except OSError:  # the sender did not trust it
            continue
        with connection:
            content = b""
            while chunk := connection.recv(4096):
                content += chunk
                if collector.breaks_after is not None and len(content) > collector.breaks_after:
                    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"  # reset at close
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                    break
            else:
                collector.messages += frames(content)


def frames(content: bytes) -> list[str]:
    """Return the messages of a stream."""
    found = []
    while content:
        length, _, rest = content.partition(b" ")
        found.append(rest[: int(length)].decode())
        content = rest[int(length) :]
    return found


@contextmanager
def lines_over_http() -> Iterator[Collector]:
    """Take lines of JSON."""
    collector = Collector()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if collector.status < 300:
                collector.messages += body.decode().splitlines()
                collector.authorization = self.headers.get("Authorization", "")
            self.send_response(collector.status)
            self.send_header("Location", collector.url)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    collector.url = f"http://127.0.0.1:{server.server_port}/lines"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
