"""Pulls that meet nginx, app server processes, a pooler and a database: what each waits for.

A pull asks for a token and then for some routes, over one connection and so by one node. Of each request
only the processor times that were measured are known; what is remembered, where, and until when follows
the code: nginx's files (`X-Accel-Expires`), `accounts.memory` in each process.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import exp, log
from random import Random

from bench.scale.engine import Request, Simulation, Station

TOKEN_KEPT, ROUTE_KEPT = 4.5, 1.5  # seconds: 4 and 1, and nginx counts whole ones
REMEMBERED, MOST_REMEMBERED = 3.0, 10_000  # LONGEST_MEMORY and _MOST of accounts.memory
BETWEEN_STEPS = 0.005  # seconds in which a client and a registry are at work


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of processor time, of each kind of request; `anew` without the database's."""

    token_again: float
    token_anew: float
    token_statement: float
    route_again: float
    route_anew: float
    route_statement: float
    nginx_kept: float
    nginx_token: float  # passed on
    nginx_route: float  # asked for, and written down
    variation: float  # of each: standard deviation by mean


@dataclass(frozen=True, slots=True)
class Traffic:
    """What is asked for."""

    pulls: float  # that begin in a second
    repositories: int
    routes: int = 3  # of each pull: manifest by tag, by digest, a layer that is new
    anonymous: float = 0.3  # so many of them as nobody
    clients: int = 10  # who ask for the same repository with a credential of their own
    changes: float = 0.1  # a second, on each machine: what is remembered there is dropped


@dataclass(frozen=True, slots=True)
class Fleet:
    """What answers."""

    nodes: int
    processes: int  # on each node
    nginx: int  # cores for it on each node
    database: int  # cores, of primary and replicas together
    connections: int  # of the pooler, or of all processes
    trip: float = 0.0004  # seconds to the database and back


class Kept:
    """Keys that are known for some seconds; all are dropped where they become too many."""

    def __init__(self, seconds: float, most: int | None = None) -> None:
        """Know nothing."""
        self._seconds, self._most = seconds, most
        self._ends: dict[object, float] = {}

    def knows(self, key: object, now: float) -> bool:
        """Whether it was kept, not too long ago."""
        return self._ends.get(key, -1.0) > now

    def keep(self, key: object, now: float) -> None:
        """Know it from now on."""
        if self._most is not None and len(self._ends) >= self._most:
            self._ends.clear()
        self._ends[key] = now + self._seconds

    def drop(self) -> None:
        """Know nothing any more."""
        self._ends.clear()


@dataclass(slots=True)
class Process:
    """One worker of an app server: one request at a time."""

    station: Station
    tokens: Kept = field(default_factory=lambda: Kept(REMEMBERED, MOST_REMEMBERED))
    routes: Kept = field(default_factory=lambda: Kept(REMEMBERED, MOST_REMEMBERED))


@dataclass(slots=True)
class Node:
    """One machine with nginx and processes."""

    nginx: Station
    processes: list[Process]
    tokens: Kept = field(default_factory=lambda: Kept(TOKEN_KEPT))
    routes: Kept = field(default_factory=lambda: Kept(ROUTE_KEPT))


class World:
    """A fleet under traffic; `took` are seconds of each token and each route."""

    def __init__(self, costs: Costs, traffic: Traffic, fleet: Fleet, *, seed: int = 1) -> None:
        """Begin with nothing kept anywhere."""
        self.costs, self.traffic, self.fleet = costs, traffic, fleet
        self.simulation = Simulation()
        self.random = Random(seed)  # noqa: S311 - the same each time
        self.database = Station(self.simulation, fleet.database)
        self.pooler = Station(self.simulation, fleet.connections)
        self.nodes = [self._node() for _ in range(fleet.nodes)]
        self.took: dict[str, list[float]] = {"token": [], "route": []}
        self.statements = 0

    def run(self, seconds: float, *, warm: float = 6.0) -> None:
        """Let it work; what is counted begins when everything that is kept has been kept once."""
        for request, at in self._arrivals(warm + seconds):
            self.simulation.begin(request, at)
        self.simulation.run(warm)
        for station in self.stations():
            station.forget()
        for of in self.took.values():
            of.clear()
        self.statements = 0
        self.simulation.run(warm + seconds)

    def stations(self) -> Iterator[Station]:
        """Everything that somebody may wait for."""
        yield from (self.database, self.pooler)
        for node in self.nodes:
            yield node.nginx
            yield from (process.station for process in node.processes)

    def _node(self) -> Node:
        stations = [Station(self.simulation) for _ in range(self.fleet.processes)]
        nginx = Station(self.simulation, self.fleet.nginx)
        return Node(nginx, [Process(station) for station in stations])

    def _arrivals(self, seconds: float) -> Iterator[tuple[Request, float]]:
        for at in self._moments(self.traffic.pulls, seconds):
            yield self._pull(), at
        for node in self.nodes:
            for at in self._moments(self.traffic.changes, seconds):
                yield _change(node), at

    def _moments(self, rate: float, seconds: float) -> Iterator[float]:
        at = 0.0
        while rate and (at := at + self.random.expovariate(rate)) < seconds:
            yield at

    def _pull(self) -> Request:
        node, now = self.random.choice(self.nodes), self.simulation.now
        repository = int(exp(self.random.random() * log(self.traffic.repositories)))
        is_anonymous = self.random.random() < self.traffic.anonymous
        who = None if is_anonymous else self.random.randrange(self.traffic.clients)
        yield from self._token(node, (repository, who), is_anonymous=is_anonymous)
        # Whoever got the token that nginx keeps has the same signature as all others.
        signature = (repository, int(now / TOKEN_KEPT)) if is_anonymous else object()
        for number in range(self.traffic.routes):
            yield BETWEEN_STEPS
            yield from self._route(node, (signature, number))

    def _token(self, node: Node, key: object, *, is_anonymous: bool) -> Request:
        began, costs = self.simulation.now, self.costs
        if is_anonymous and node.tokens.knows(key, began):
            yield from self._work(node.nginx, costs.nginx_kept)
        else:
            yield from self._work(node.nginx, costs.nginx_token)
            process = self.random.choice(node.processes)
            again = (costs.token_again, costs.token_anew, costs.token_statement)
            yield from self._ask(process.station, process.tokens, key, again)
            if is_anonymous:
                node.tokens.keep(key, self.simulation.now)
        self.took["token"].append(self.simulation.now - began)

    def _route(self, node: Node, key: object) -> Request:
        began, costs = self.simulation.now, self.costs
        if node.routes.knows(key, began):
            yield from self._work(node.nginx, costs.nginx_kept)
        else:
            yield from self._work(node.nginx, costs.nginx_route)
            process = self.random.choice(node.processes)
            again = (costs.route_again, costs.route_anew, costs.route_statement)
            yield from self._ask(process.station, process.routes, key, again)
            node.routes.keep(key, self.simulation.now)
        self.took["route"].append(self.simulation.now - began)

    def _ask(
        self, process: Station, memory: Kept, key: object, costs: tuple[float, float, float]
    ) -> Request:
        """Wait for the process, which does nothing else until the database has answered."""
        again, anew, statement = costs
        yield process
        if memory.knows(key, self.simulation.now):
            yield self._varied(again)
        else:
            yield self._varied(anew)
            yield self.pooler
            yield self.fleet.trip
            self.statements += 1
            yield from self._work(self.database, statement)
            self.pooler.release()
            memory.keep(key, self.simulation.now)
        process.release()

    def _work(self, station: Station, seconds: float) -> Request:
        yield from station.serve(self._varied(seconds))

    def _varied(self, seconds: float) -> float:
        if not self.costs.variation:
            return seconds
        shape = self.costs.variation**-2
        return self.random.gammavariate(shape, seconds / shape)


def _change(node: Node) -> Request:
    for process in node.processes:
        process.tokens.drop()
        process.routes.drop()
    yield 0.0
