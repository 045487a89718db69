"""How many processes and cores a load needs, found by simulating it: no part is busier than 60 %."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil
from statistics import fmean, quantiles

from bench import route, token
from bench.scale.engine import Station
from bench.scale.figures import Figures
from bench.scale.model import Costs, Fleet, Traffic, World

BUSY = 0.6
PROCESSES, NGINX = 6, 2  # of a machine with eight cores
FEWEST = 2  # processes: one may be restarted
_SLICE = 2_000.0  # pulls a second that are simulated: of more, an equal part of everything
_ROUNDS, _SECONDS = 3, 3.0


@dataclass(frozen=True, slots=True)
class Sized:
    """A fleet that does it, and how it goes there."""

    traffic: Traffic
    machines: int
    processes: int
    database: int  # cores
    statements: float  # a second
    busy: float  # processes
    nginx_busy: float
    token: tuple[float, float]  # seconds: median, 99th percentile
    route: tuple[float, float]
    wait: tuple[float, float]  # for a process


def costs_of(figures: Figures) -> Costs:
    """Return what was measured, in seconds."""
    of = figures.requests

    def seconds(name: str, part: str = "server") -> float:
        return float(getattr(of[name], part)) / 1e6

    anew = token.ACCESS + token.NOT_CACHED
    return Costs(
        token_again=seconds(token.ACCESS),
        token_anew=seconds(anew),
        token_statement=seconds(anew, "database"),
        route_again=seconds(route.ROUTE),
        route_anew=seconds(route.OTHER),
        route_statement=seconds(route.OTHER, "database"),
        nginx_kept=seconds(route.KEPT, "nginx"),
        nginx_token=seconds(route.TOKEN, "nginx"),
        nginx_route=seconds(route.ASKED, "nginx"),
        variation=fmean(one.variation for one in figures.answered),
    )


def sized(costs: Costs, traffic: Traffic) -> Sized:
    """Begin with as many as would do where nothing is remembered; take away what is not needed."""
    slices = ceil(traffic.pulls / _SLICE)
    part = replace(traffic, pulls=traffic.pulls / slices)
    requests = part.pulls * (1 + part.routes)
    processes = requests * (costs.token_anew + costs.token_statement) / BUSY
    database = requests * costs.token_statement / BUSY
    for _ in range(_ROUNDS):
        world = _simulated(costs, part, _fleet(processes, database))
        processes = len(_processes(world)) * _busy(_processes(world)) / BUSY
        database = world.database.servers * world.database.utilisation / BUSY
    return _told(_simulated(costs, part, _fleet(processes, database)), traffic, slices)


def _simulated(costs: Costs, traffic: Traffic, fleet: Fleet) -> World:
    world = World(costs, traffic, fleet)
    world.run(_SECONDS)
    return world


def _fleet(processes: float, database: float) -> Fleet:
    wanted = max(ceil(processes), FEWEST)
    nodes = ceil(wanted / PROCESSES)
    each = ceil(wanted / nodes)
    cores = max(ceil(database), 1)
    return Fleet(nodes, each, NGINX, cores, connections=max(4 * cores, nodes))


def _told(world: World, traffic: Traffic, slices: int) -> Sized:
    stations = _processes(world)
    return Sized(
        traffic=traffic,
        machines=len(world.nodes) * slices,
        processes=len(stations) * slices,
        database=world.database.servers * slices,
        statements=world.statements / _SECONDS * slices,
        busy=_busy(stations),
        nginx_busy=_busy([node.nginx for node in world.nodes]),
        token=_middle_and_worst(world.took["token"]),
        route=_middle_and_worst(world.took["route"]),
        wait=_middle_and_worst([wait for station in stations for wait in station.waits]),
    )


def _processes(world: World) -> list[Station]:
    return [process.station for node in world.nodes for process in node.processes]


def _busy(stations: Sequence[Station]) -> float:
    return fmean(station.utilisation for station in stations)


def _middle_and_worst(values: Iterable[float]) -> tuple[float, float]:
    cuts = quantiles(values, n=100, method="inclusive")
    return cuts[49], cuts[98]
