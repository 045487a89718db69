"""Send a request over and over on a few connections, and time the answers.

The bytes are prepared and the sockets are plain, for whoever asks shares the machine with whoever
answers: a request costs the sender some 15 us.
"""

from __future__ import annotations

import multiprocessing
import secrets
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from multiprocessing.connection import Connection
from statistics import quantiles

from bench.processes import LOAD_CORE, on_core
from launcher.ports import LOOPBACK

CONNECTIONS = 16
# Stands for another number in each request, so that nothing remembered of one helps the next.
NUMBER = b"#NUMBER#"
_LONGEST_WAIT = 20.0


class RequestFailed(Exception):
    """Another status came back: what was measured would mean nothing."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one round measured; latencies in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float
    load: float  # the share of its core that sending took: near 1, the sender was the limit


def request_bytes(
    method: str, path: str, headers: Mapping[str, str] | None = None, body: str = ""
) -> bytes:
    """Return the request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {LOOPBACK}"]
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body:
        lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", body]).encode()


def run_round(request: bytes, port: int, seconds: float, *, status: int = 200) -> Timing:
    """Send it from all connections for so many seconds. Raises RequestFailed."""
    context = multiprocessing.get_context("fork")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_send_many, args=(request, port, seconds, status, sender))
    with on_core(LOAD_CORE):
        process.start()
    found = receiver.recv()
    process.join()
    if isinstance(found, str):
        raise RequestFailed(found)
    timing: Timing = found
    return timing


def ask(request: bytes, port: int, *, status: int = 200) -> bytes:
    """Send it once and return the body. Raises RequestFailed."""
    with _Line(port, status) as line:
        line.send(numbered(request, secrets.randbelow(10**8)))
        return line.receive()


def numbered(request: bytes, number: int) -> bytes:
    """Return the request with its number, which is always as long."""
    return request.replace(NUMBER, b"%08d" % (number % 10**8))


class _Line:
    """A connection that is kept alive, and opened anew where the server ends it."""

    def __init__(self, port: int, status: int) -> None:
        self._port = port
        self._wanted = b"HTTP/1.1 %d " % status
        self._socket = self._connect()
        self.sent_at = 0.0

    def __enter__(self) -> _Line:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self._socket.send(request)

    def receive(self) -> bytes:
        """Return the body of one answer."""
        head, _, body = self._socket.recv(65_536).partition(b"\r\n\r\n")
        if not head.startswith(self._wanted):
            message = f"instead of {self._wanted.decode()}: {(head + body)[:400]!r}"
            raise RequestFailed(message)
        fields = head.lower()
        length = int(fields.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += self._socket.recv(65_536)
        if b"\r\nconnection: close" in fields:
            self._socket.close()
            self._socket = self._connect()
        return body

    def _connect(self) -> socket.socket:
        connected = socket.create_connection((LOOPBACK, self._port), _LONGEST_WAIT)
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connected


def _send_many(request: bytes, port: int, seconds: float, status: int, sender: Connection) -> None:
    try:
        sender.send(_keep_asking(request, port, seconds, status))
    except (RequestFailed, OSError) as error:
        sender.send(str(error) or type(error).__name__)


def _keep_asking(request: bytes, port: int, seconds: float, status: int) -> Timing:
    """Keep a request on the way on each connection; the server answers one after another."""
    numbers = count(secrets.randbelow(10**8))
    varies = NUMBER in request
    lines = [_Line(port, status) for _ in range(CONNECTIONS)]
    latencies: list[float] = []
    used = time.process_time()
    begun = now = time.perf_counter()
    for line in lines:
        line.send(numbered(request, next(numbers)))
    while now - begun < seconds:
        for line in lines:
            line.receive()
            now = time.perf_counter()
            latencies.append(now - line.sent_at)
            line.send(numbered(request, next(numbers)) if varies else request)
    used = time.process_time() - used
    for line in lines:  # the server has done this work: it is counted too
        line.receive()
        latencies.append(time.perf_counter() - line.sent_at)
    took = time.perf_counter() - begun
    percentiles = quantiles(latencies, n=100)
    return Timing(
        requests=len(latencies),
        per_second=len(latencies) / took,
        p50=percentiles[49] * 1000,
        p99=percentiles[98] * 1000,
        load=used / took,
    )
