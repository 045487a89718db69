"""The simulation of queues agrees with what is known of them."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from statistics import fmean

import pytest

from bench.scale.engine import Request, Simulation, Station

SECONDS = 20_000.0
LOAD = 0.8  # requests a second, and a second of work in each


def simulated(
    work: Callable[[Random], float], *, load: float = LOAD, servers: int = 1
) -> tuple[Station, list[float]]:
    """Return a station that had Poisson arrivals, and how long each request was there."""
    simulation, random, stays = Simulation(), Random(1), list[float]()  # noqa: S311 - the same each time
    station = Station(simulation, servers)

    def request() -> Request:
        came = simulation.now
        yield from station.serve(work(random))
        stays.append(simulation.now - came)

    at = 0.0
    while (at := at + random.expovariate(load)) < SECONDS:
        simulation.begin(request(), at)
    simulation.run(SECONDS)
    return station, stays


def at_random(random: Random) -> float:
    return random.expovariate(1.0)


def always_the_same(_random: Random) -> float:
    return 1.0


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_work_at_random_waits_as_in_m_m_1(load: float) -> None:
    station, _ = simulated(at_random, load=load)
    assert fmean(station.waits) == pytest.approx(load / (1 - load), rel=0.1)


@pytest.mark.parametrize("load", [0.5, 0.8])
def test_work_that_is_always_the_same_waits_half_as_long_as_in_m_d_1(load: float) -> None:
    station, _ = simulated(always_the_same, load=load)
    assert fmean(station.waits) == pytest.approx(load / (1 - load) / 2, rel=0.1)


def test_two_servers_with_one_queue_wait_as_in_m_m_2() -> None:
    station, _ = simulated(at_random, load=1.6, servers=2)
    busy = 0.8
    assert fmean(station.waits) == pytest.approx(busy**2 / (1 - busy**2), rel=0.1)  # Erlang C


@pytest.mark.parametrize("work", [at_random, always_the_same])
def test_who_is_there_is_who_comes_times_how_long_they_stay(
    work: Callable[[Random], float],
) -> None:
    station, stays = simulated(work)
    arrivals = len(stays) / SECONDS
    assert station.inside == pytest.approx(arrivals * fmean(stays), rel=0.01)  # Little


def test_a_station_is_as_busy_as_it_is_given_work() -> None:
    station, _ = simulated(at_random)
    assert station.utilisation == pytest.approx(LOAD, rel=0.03)


def test_who_comes_first_is_served_first() -> None:
    simulation, done = Simulation(), list[str]()
    station = Station(simulation)

    def request(name: str, seconds: float) -> Request:
        yield from station.serve(seconds)
        done.append(name)

    for number, (name, seconds) in enumerate([("long", 9.0), ("second", 1.0), ("third", 0.5)]):
        simulation.begin(request(name, seconds), number * 0.1)
    simulation.run(20.0)
    assert done == ["long", "second", "third"]


def test_a_process_is_held_while_it_waits_for_the_database() -> None:
    simulation = Simulation()
    process, database = Station(simulation), Station(simulation)

    def request() -> Request:
        yield process
        yield from database.serve(3.0)
        process.release()

    def maintenance() -> Request:
        yield from database.serve(5.0)

    simulation.begin(maintenance(), 0.0)
    simulation.begin(request(), 0.0)
    simulation.run(8.0)
    assert process.utilisation == pytest.approx(1.0)


def test_what_only_warmed_up_is_not_counted() -> None:
    simulation = Simulation()
    station = Station(simulation)
    simulation.begin(station.serve(10.0), 0.0)
    simulation.run(10.0)
    station.forget()
    simulation.run(20.0)
    assert station.utilisation == pytest.approx(0.0)
