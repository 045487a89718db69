"""Measure what the simulation is fed with, and what it is compared with: `python -m bench.scale.measure`.

A stack on PostgreSQL with one app server process, and nginx before it: each kind of request over and over,
one after another, and one of them at random moments.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from statistics import fmean, pstdev, quantiles

import psycopg

from bench import route, token
from bench.gateway import Nginx, gateway_and_plain_proxy
from bench.load import RequestFailed, run_round
from bench.measure import Case
from bench.processes import LOAD_CORE, on_core
from bench.scale.at_random import ask_at_random, ask_one_after_another
from bench.scale.figures import FILE, Answered, Figure, Figures, median_of, write
from bench.stack import NotStarted, Stack, running_stack
from launcher.problems import Problem

AGAIN, ANEW = token.ACCESS, token.ACCESS + token.NOT_CACHED
ANONYMOUS = token.ANONYMOUS + token.NOT_CACHED
MEASURED = (
    *(AGAIN, ANEW, ANONYMOUS, route.ROUTE, route.OTHER),
    *(route.KEPT, route.ASKED, route.TOKEN, route.TOKEN_KEPT),
)
LOADS = (0.3, 0.5, 0.7, 0.85)
_LOOK, _AT_RANDOM = 1.0, 6.0  # seconds
_COUNTED_AFTER = 1.2  # seconds: PostgreSQL adds up what it did once a second
_STATEMENTS = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"


def main() -> int:
    """Measure, and keep it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each case in each round")
    chosen = parser.parse_args()
    try:
        write(measure(chosen.rounds, chosen.seconds))
    except (NotStarted, Problem, RequestFailed) as error:
        print(f"not measured: {error}", file=sys.stderr)
        return 1
    print(f"written to {FILE}")
    return 0


def measure(rounds: int, seconds: float) -> Figures:
    """Return what each kind costs, and how long one of them waits at random moments."""
    busy = os.getloadavg()[0]
    with (
        running_stack("postgresql", durable=True) as stack,
        gateway_and_plain_proxy(stack) as (gateway, plain),
    ):
        made = [*token.make_cases(stack, None), *route.make_cases(stack, gateway, plain)]
        cases = {case.name: case for case in made}
        found = {name: _figure(stack, gateway, cases[name], rounds, seconds) for name in MEASURED}
        answered = [_answered(cases[ANEW], load) for _ in range(rounds) for load in LOADS]
    return Figures(round(busy, 1), found, answered)


def _figure(stack: Stack, gateway: Nginx, case: Case, rounds: int, seconds: float) -> Figure:
    def measured() -> Figure:
        used = (stack.cpu_seconds, stack.database_seconds, gateway.cpu_seconds)
        before, statements = [read() for read in used], _statements(stack)
        timing = run_round(case.request, case.port, seconds, status=case.status)
        server, database, nginx = (
            round(1e6 * (read() - of) / timing.requests, 1)
            for read, of in zip(used, before, strict=True)
        )
        asked = round((_statements(stack) - statements) / timing.requests, 2)
        return Figure(server, database, nginx, asked, round(1e6 / timing.per_second, 1))

    run_round(case.request, case.port, 0.3, status=case.status)  # connections, imports
    all_of_them = [measured() for _ in range(rounds)]

    print(f"{case.name}: {all_of_them}", flush=True)
    return median_of(all_of_them)


def _statements(stack: Stack) -> int:
    time.sleep(_COUNTED_AFTER)
    with psycopg.connect(stack.environment["WAYBILL_DATABASE_URL"]) as connection:
        [(found,)] = connection.execute(_STATEMENTS).fetchall()
    return int(found)


def _answered(case: Case, load: float) -> Answered:
    """Ask at random moments between two looks at what the process can do: others take their part of it."""
    before = _one_after_another(case)
    rate = load * 1e6 / before[0]
    with on_core(LOAD_CORE):
        found = ask_at_random(case.request, case.port, rate=rate, seconds=_AT_RANDOM)
    took = [1e6 * one for one in found]
    after = _one_after_another(case)
    held, variation, alone = (fmean(pair) for pair in zip(before, after, strict=True))
    cuts = quantiles(took, n=100, method="inclusive")
    answered = Answered(
        load=load,
        rate=round(rate, 1),
        mean=round(fmean(took)),
        p50=round(cuts[49]),
        p99=round(cuts[98]),
        held=round(held, 1),
        variation=round(variation, 3),
        on_the_way=round(max(alone - held, 0.0), 1),
    )
    print(answered, flush=True)
    return answered


def _one_after_another(case: Case) -> tuple[float, float, float]:
    """Return how long a process is held, by how much that differs, and how long one takes alone."""
    timing = run_round(case.request, case.port, _LOOK, status=case.status)
    with on_core(LOAD_CORE):
        took = ask_one_after_another(case.request, case.port, seconds=_LOOK)
    mean = fmean(took)
    return 1e6 / timing.per_second, pstdev(took) / mean, 1e6 * mean


if __name__ == "__main__":
    sys.exit(main())
