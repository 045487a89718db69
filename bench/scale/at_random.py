"""Ask at random moments, whether or not those before have been answered: a queue forms as it does outside."""

from __future__ import annotations

import selectors
import socket
import time
from collections import deque
from random import Random

from bench.load import RequestFailed, numbered
from launcher.ports import LOOPBACK

_CONNECTIONS = 128
_LONGEST = 65_536  # bytes; an answer of ours comes in one piece


def ask_at_random(request: bytes, port: int, *, rate: float, seconds: float) -> list[float]:
    """Return how long each took, from the moment at which it was due. Raises RequestFailed."""
    random = Random(7)  # noqa: S311 - the same moments each time
    # Not the default one: epoll waits for whole milliseconds, so each would ask half of one late, and in bunches.
    with selectors.SelectSelector() as selector:
        idle = deque(_connections(selector, port))
        waiting: deque[float] = deque()
        under_way: dict[socket.socket, float] = {}
        took: list[float] = []
        begun = time.perf_counter()
        due, sent = random.expovariate(rate), 0
        while due < seconds or waiting or under_way:
            now = time.perf_counter() - begun
            while due <= min(now, seconds):
                waiting.append(due)
                due += random.expovariate(rate)
            while waiting and idle:
                connection = idle.popleft()
                under_way[connection] = waiting.popleft()
                connection.send(numbered(request, sent))
                sent += 1
            for connection in _answered(selector, max(due - now, 0)):
                took.append(time.perf_counter() - begun - under_way.pop(connection))
                idle.append(connection)
        for connection in idle:
            connection.close()
    return took


def ask_one_after_another(request: bytes, port: int, *, seconds: float) -> list[float]:
    """Return how long each took where nobody else asks. Raises RequestFailed."""
    took: list[float] = []
    with socket.create_connection((LOOPBACK, port)) as connection:
        begun = now = time.perf_counter()
        while now - begun < seconds:
            connection.send(numbered(request, len(took)))
            _check(connection.recv(_LONGEST))
            before, now = now, time.perf_counter()
            took.append(now - before)
    return took


def _connections(selector: selectors.BaseSelector, port: int) -> list[socket.socket]:
    made = [socket.create_connection((LOOPBACK, port)) for _ in range(_CONNECTIONS)]
    for connection in made:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, connection)
    return made


def _answered(selector: selectors.BaseSelector, seconds: float) -> list[socket.socket]:
    found: list[socket.socket] = [key.data for key, _ in selector.select(seconds)]
    for connection in found:
        _check(connection.recv(_LONGEST))
    return found


def _check(answer: bytes) -> None:
    if not answer.startswith(b"HTTP/1.1 200 "):
        message = f"instead of 200: {answer[:200]!r}"
        raise RequestFailed(message)
