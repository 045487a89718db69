"""A thousand nodes pull one private image at once, beside a storm of passwords: `python bench/herd.py`."""

from __future__ import annotations

import os.path
import sys

# Beside this file lies one with the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

from bench.instance import Instance, running_instance
from bench.nodes import Credential, Herd, Image, Storm, run
from bench.stack import NotStarted
from launcher.problems import Problem

# Case 40: so long may the token take, and so many may fail.
LONGEST_TOKEN = 5.0
MANY = 10  # of fewer pulls no percentile is told


@dataclass(frozen=True, slots=True)
class Round:
    """Who logs in with a password meanwhile, and within how many seconds all of them begin."""

    name: str
    people: Sequence[Credential]
    over: float = 0.0


def main() -> int:
    """Measure on each database in turn; 1 if a pull failed or waited too long for its token."""
    chosen = _arguments()
    worst = 0
    for kind in chosen.database or ("sqlite", "postgresql"):
        try:
            with running_instance(kind) as instance:
                print(f"\n{kind}: {chosen.nodes} nodes, {chosen.passwords} passwords\n")
                worst |= measure(instance, nodes=chosen.nodes, passwords=chosen.passwords)
        except (NotStarted, Problem) as error:
            print(f"\n{kind}: not measured: {error}")
    return worst


def measure(instance: Instance, *, nodes: int, passwords: int) -> int:
    """Pull alone, within ten seconds and at once; then beside right and beside wrong passwords."""
    image = instance.push_image("acme-nodes")
    herd = instance.make_nodes(nodes)
    people = instance.make_people(passwords)
    guesses = [Credential(who.login, f"not {who.secret}") for who in people]
    run(image, herd[:20])  # connections, imports
    print(f"{'':<28}{'pulled':>8}{'token p50':>11}{'p99':>8}{'pull p99':>10}   passwords")
    rounds = [
        Round("within 10 s", [], over=10.0),
        Round("at once", []),
        Round("beside right passwords", people),
        Round("the same passwords again", people),
        Round("beside wrong passwords", guesses),
    ]
    return max(_measure(instance, image, herd, one) for one in rounds)


def _measure(instance: Instance, image: Image, nodes: Sequence[Credential], one: Round) -> int:
    before, begun = instance.cpu_seconds(), time.perf_counter()
    herd, storm = run(image, nodes, one.people, over=one.over)
    seconds = time.perf_counter() - begun
    after = instance.cpu_seconds()
    if len(herd.pulls) < MANY:
        print(f"{one.name:<28} hardly any pulled: {herd.failures[:1]}")
        return 1
    p50, p99 = _percentile(herd.tokens, 50), _percentile(herd.tokens, 99)
    print(
        f"{one.name:<28}{len(herd.pulls):>8}{p50:>9.2f} s{p99:>6.2f} s"
        f"{_percentile(herd.pulls, 99):>8.2f} s   {_told(storm)} (all in {seconds:.1f} s)"
    )
    used = ((name, (after[name] - before[name]) / len(nodes) * 1000) for name in after)
    print(f"    CPU ms a pull: {', '.join(f'{name} {cpu:.2f}' for name, cpu in used)}")
    return _verdict(herd, storm, p99)


def _verdict(herd: Herd, storm: Storm, p99: float) -> int:
    for failure in herd.failures[:3]:
        print(f"    {failure}", file=sys.stderr)
    if storm.without_retry_after:
        print(f"    {storm.without_retry_after} without Retry-After", file=sys.stderr)
    strange = len(storm.statuses) - storm.count(200, 401, 429, 503)
    return int(bool(herd.failures or storm.without_retry_after or strange or p99 > LONGEST_TOKEN))


def _told(storm: Storm) -> str:
    if not storm.statuses:
        return "none"
    counted = ((status, storm.count(status)) for status in sorted(set(storm.statuses)))
    said = ", ".join(f"{count} x {status}" for status, count in counted)
    return f"{said}, slowest {max(storm.times):.2f} s"


def _percentile(values: Sequence[float], percent: int) -> float:
    return quantiles(values, n=100)[percent - 1]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--nodes", type=int, default=1000)
    parser.add_argument("--passwords", type=int, default=1000)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
