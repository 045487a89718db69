"""The command line that all measurements share."""

from __future__ import annotations

import argparse
import sys
from typing import Protocol

from bench.load import RequestFailed
from bench.stack import NotStarted
from launcher.problems import Problem


class Measurement(Protocol):
    """What a command does on one database."""

    def __call__(self, kind: str, *, rounds: int, seconds: float) -> None:
        """Measure and print."""


def run(description: str | None, measure: Measurement) -> int:
    """Measure on each database in turn; what is missing on this machine is said."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each case in each round")
    chosen = parser.parse_args()
    for kind in chosen.database or ("sqlite", "postgresql"):
        print(f"\n{kind}: {chosen.rounds} rounds of {chosen.seconds:g} s each\n", flush=True)
        try:
            measure(kind, rounds=chosen.rounds, seconds=chosen.seconds)
        except (NotStarted, Problem) as error:
            print(f"not measured: {error}")
        except RequestFailed as error:
            print(error, file=sys.stderr)
            return 1
    return 0
