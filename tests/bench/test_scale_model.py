"""The simulated fleet remembers what the real one does, and its parts add up."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest

from bench.scale.compare import simulate, simulate_herd
from bench.scale.figures import Answered
from bench.scale.model import Costs, Fleet, Kept, Traffic, World
from bench.scale.sizes import BUSY, sized

COSTS = Costs(
    token_again=0.0001,
    token_anew=0.001,
    token_statement=0.0004,
    route_again=0.0001,
    route_anew=0.0008,
    route_statement=0.0003,
    nginx_kept=0.00005,
    nginx_token=0.00005,
    nginx_route=0.0002,
    variation=0.4,
)
FLEET = Fleet(nodes=2, processes=2, nginx=1, database=1, connections=4)
TRAFFIC = Traffic(pulls=200, repositories=100_000)
ONE_IMAGE = replace(TRAFFIC, repositories=1, anonymous=0.0, clients=1, changes=0.0)


def ran(traffic: Traffic, fleet: Fleet = FLEET) -> World:
    world = World(COSTS, traffic, fleet)
    world.run(4.0)
    return world


def test_what_is_kept_is_known_until_its_end() -> None:
    kept = Kept(3.0)
    kept.keep("a", 10.0)
    assert (kept.knows("a", 12.9), kept.knows("a", 13.0)) == (True, False)


def test_too_many_drop_all_as_in_the_memory_of_a_process() -> None:
    kept = Kept(3.0, most=2)
    for key in ("a", "b", "c"):
        kept.keep(key, 0.0)
    assert [kept.knows(key, 1.0) for key in ("a", "b", "c")] == [False, False, True]


def test_every_pull_has_its_token_and_its_routes() -> None:
    world = ran(TRAFFIC)
    tokens, routes = len(world.took["token"]), len(world.took["route"])
    assert routes == pytest.approx(TRAFFIC.routes * tokens, rel=0.03)


def test_the_database_is_as_busy_as_the_statements_that_it_answers() -> None:
    world = ran(replace(TRAFFIC, routes=0))
    expected = world.statements * COSTS.token_statement / 4.0
    assert world.database.utilisation == pytest.approx(expected, rel=0.1)


def test_the_same_question_reaches_the_database_once_in_three_seconds_from_each_process() -> None:
    world = ran(replace(ONE_IMAGE, routes=0))
    assert world.statements <= 2 * FLEET.nodes * FLEET.processes  # in four seconds


def test_a_change_lets_a_machine_ask_again() -> None:
    quiet, busy = ran(replace(ONE_IMAGE, routes=0)), ran(replace(ONE_IMAGE, routes=0, changes=5.0))
    assert busy.statements > 3 * quiet.statements


def test_routes_of_a_token_that_only_one_has_are_never_kept() -> None:
    world = ran(ONE_IMAGE)
    assert world.statements == pytest.approx(len(world.took["route"]), rel=0.05)


def test_routes_of_the_token_of_nobody_are_kept() -> None:
    world = ran(replace(ONE_IMAGE, anonymous=1.0))
    assert world.statements < len(world.took["route"]) / 20


def test_whoever_is_sized_has_no_part_busier_than_was_said() -> None:
    found = sized(COSTS, TRAFFIC)
    assert found.busy <= BUSY + 0.03
    assert found.nginx_busy <= BUSY


def test_a_process_at_half_of_what_it_can_do_waits_as_is_known() -> None:
    measured = Answered(0.5, 500.0, 0.0, 0.0, 0.0, held=1_000.0, variation=1.0, on_the_way=100.0)
    assert simulate(measured).mean == pytest.approx(2_100.0, rel=0.05)  # M/M/1, and the way


def test_a_herd_that_comes_at_once_takes_as_long_as_its_work_on_all_cores() -> None:
    herd = simulate_herd()
    without_and_with_the_worker = (0.0108 * 1_000 / 2, 0.0143 * 1_000 / 2)
    least, most = without_and_with_the_worker
    assert least < herd["pull p99"] <= most


def test_twice_the_processes_wait_less() -> None:
    few = ran(replace(TRAFFIC, pulls=600), replace(FLEET, database=4))
    many = ran(replace(TRAFFIC, pulls=600), replace(FLEET, nodes=4, database=4))
    assert fmean(many.took["route"]) < fmean(few.took["route"])
