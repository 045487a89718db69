"""A simulation of queues: who needs a server of a station waits for it in the order of arrival.

A request is a generator. It yields seconds to let them pass, or a station to wait for one of its
servers, which it gives back with `release`: so it may hold one while it waits for another.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator
from heapq import heappop, heappush

Request = Generator["float | Station", None, None]


class Simulation:
    """What happens when, in the order of time."""

    def __init__(self) -> None:
        """Begin at no time with nothing to do."""
        self.now = 0.0
        self._due: list[tuple[float, int, Request]] = []
        self._number = 0

    def begin(self, request: Request, at: float | None = None) -> None:
        """Let a request begin at that time, or go on now."""
        self._number += 1  # what is due at the same time keeps its order
        heappush(self._due, (self.now if at is None else at, self._number, request))

    def run(self, until: float) -> None:
        """Let everything happen that is due by then."""
        due = self._due
        while due and due[0][0] <= until:
            self.now, _, request = heappop(due)
            self._go_on(request)
        self.now = until

    def _go_on(self, request: Request) -> None:
        for step in request:
            if isinstance(step, Station):
                if not step.take(request):
                    return
            elif step > 0:
                self.begin(request, self.now + step)
                return


class Station:
    """Servers that do the same work, and the queue before them."""

    def __init__(self, simulation: Simulation, servers: int = 1) -> None:
        """Begin with all servers free and nobody waiting."""
        self._simulation = simulation
        self.servers = servers
        self._free = servers
        self._queue: deque[tuple[float, Request]] = deque()
        self._changed = simulation.now
        self._busy_seconds = self._inside_seconds = 0.0
        self._since = simulation.now
        self.waits: list[float] = []

    def take(self, request: Request) -> bool:
        """Give it a server, or let it wait in the queue."""
        self._count()
        if not self._free:
            self._queue.append((self._simulation.now, request))
            return False
        self._free -= 1
        self.waits.append(0.0)
        return True

    def release(self) -> None:
        """Take a server back; whoever waits longest goes on."""
        self._count()
        if not self._queue:
            self._free += 1
            return
        came, request = self._queue.popleft()
        self.waits.append(self._simulation.now - came)
        self._simulation.begin(request)

    def serve(self, seconds: float) -> Request:
        """Wait for a server, and hold it for so long."""
        yield self
        yield seconds
        self.release()

    def forget(self) -> None:
        """Begin to count anew, after what only warmed up."""
        self._count()
        self._since = self._simulation.now
        self._busy_seconds = self._inside_seconds = 0.0
        self.waits.clear()

    @property
    def utilisation(self) -> float:
        """The share of the time in which a server was busy."""
        self._count()
        return self._busy_seconds / self.servers / self._seconds

    @property
    def inside(self) -> float:
        """How many were waiting or served, on average."""
        self._count()
        return self._inside_seconds / self._seconds

    @property
    def _seconds(self) -> float:
        return max(self._simulation.now - self._since, 1e-12)

    def _count(self) -> None:
        now = self._simulation.now
        busy, passed = self.servers - self._free, now - self._changed
        self._busy_seconds += busy * passed
        self._inside_seconds += (busy + len(self._queue)) * passed
        self._changed = now
