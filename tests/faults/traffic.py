"""Requests that go on while something fails, and what came back."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tests.e2e.wire import Answer, Wire
from tests.waiting import eventually

_THREADS = 8


@dataclass(frozen=True, slots=True)
class Door:
    """A request that is made again and again; `#` in its target is another number each time."""

    name: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer; status 0 is a connection that broke."""

    door: str
    status: int
    seconds: float
    answer: Answer | None


class Traffic:
    """Requests through all doors in turn, until the block ends.

    About so many a second where they are answered at once: each thread waits for its answer.
    """

    def __init__(
        self,
        wire: Wire,
        doors: Sequence[Door],
        *,
        per_second: float = 50.0,
        threads: int = _THREADS,
    ) -> None:
        self._wire = wire
        self._doors = itertools.cycle(doors)
        self._numbers = itertools.count()
        self._pause = threads / per_second
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(threads)]
        self.seen: list[Seen] = []

    def __enter__(self) -> Traffic:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()

    def goes_on(self, requests: int) -> list[Seen]:
        """Wait for so many more answers, and return those."""
        before = len(self.seen)
        eventually(lambda: len(self.seen) >= before + requests, within=90)
        return self.seen[before:]

    def statuses(self, door: str = "") -> dict[int, int]:
        """Return how often each status came."""
        return statuses(self.seen, door)

    def _run(self) -> None:
        while not self._stopping.wait(self._pause):
            with self._lock:
                door, number = next(self._doors), next(self._numbers)
            target = door.target.replace("#", str(number))
            begun = time.monotonic()
            try:
                answer = self._wire.ask(door.method, target, door.headers, door.body)
            except OSError:
                answer = None
            seconds = time.monotonic() - begun
            self.seen.append(Seen(door.name, answer.status if answer else 0, seconds, answer))


def statuses(seen: Sequence[Seen], door: str = "") -> dict[int, int]:
    """Return how often each status came, of all doors or of one."""
    found: dict[int, int] = {}
    for one in seen:
        if door in {"", one.door}:
            found[one.status] = found.get(one.status, 0) + 1
    return found


def refused(seen: Sequence[Seen]) -> list[tuple[str, int, float, bytes]]:
    """Return what was not served: through which door, after how long, and who says why."""
    return [
        (one.door, one.status, one.seconds, one.answer.body if one.answer else b"")
        for one in seen
        if one.status != 200
    ]


def assert_told_to_come_back(seen: Sequence[Seen]) -> None:
    """Assert that each was served or told when to come again, and that nobody waited for ever.

    `Wire` gives up after 30 seconds, as nginx does; who is left without an answer has none here.
    """
    odd = [one for one in seen if one.status not in {200, 202, 503}]
    assert odd == []
    for one in seen:
        assert one.answer is not None
        if one.status == 503:
            assert int(one.answer.headers["Retry-After"]) > 0, one
            assert b"Traceback" not in one.answer.body
