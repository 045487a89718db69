"""What a search costs, and how it grows: `var/venv/bin/python bench/search.py`.

A made-up index of each size, searched in one process over one connection, beside what others do with the same
rows. Exit status 1 says that an aim was missed.
"""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import json
import os
import subprocess
from pathlib import Path
from typing import Any

from bench.kept import database, environment, folder_for
from bench.search_aims import check_growth, check_size
from bench.search_report import picture, print_aims, print_times
from bench.stack import NotStarted
from launcher.layout import CHECKOUT
from launcher.problems import Problem

_SIZES = {"sqlite": "10000,100000,1000000", "postgresql": "10000,100000,1000000"}

Results = dict[str, dict[str, Any]]  # by rows, as text: it is kept as JSON


def main() -> int:
    """Measure each size on each database."""
    chosen = _parse()
    kept: dict[str, Results] = {}
    if chosen.results and chosen.results.exists():
        kept = json.loads(chosen.results.read_text())
    met = True
    for kind in chosen.database or ("sqlite", "postgresql"):
        for rows in map(int, (chosen.rows or _SIZES[kind]).split(",")):
            print(f"\n{kind}, {rows:,} repositories\n", flush=True)
            try:
                found = _measure(kind, rows, chosen)
            except (NotStarted, Problem) as error:
                print(f"not measured: {error}")
                continue
            except subprocess.CalledProcessError:
                print("the measurement failed", file=sys.stderr)
                return 1
            kept.setdefault(kind, {})[str(rows)] = found
            print_times(found)
            met &= print_aims(check_size(kind, found))
        met &= print_aims(check_growth(kind, kept.get(kind, {})))
    if chosen.results:
        chosen.results.write_text(json.dumps(kept, indent=1, sort_keys=True))
    if chosen.picture:
        chosen.picture.parent.mkdir(parents=True, exist_ok=True)
        chosen.picture.write_text(picture(kept))
    return 0 if met else 1


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rows", help="sizes, commas between them")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="a folder: databases stay there for another run")
    parser.add_argument("--again", action="store_true", help="index what was kept anew")
    parser.add_argument("--no-baselines", action="store_true", help="they take most of the time")
    parser.add_argument("--results", type=Path, help="a JSON file, to which this run is added")
    parser.add_argument("--picture", type=Path, help="an SVG file, drawn of all results")
    return parser.parse_args()


def _measure(kind: str, rows: int, chosen: argparse.Namespace) -> dict[str, Any]:
    """Let a process of its own do it: settings are read once, and memory goes with it."""
    flags = [
        *(["--again"] if chosen.again else []),
        *(["--no-baselines"] if chosen.no_baselines else []),
    ]
    with folder_for(chosen.keep, f"{kind}-{rows}") as folder, database(kind, folder) as url:
        answer = subprocess.run(
            [*_PYTHON, "bench.search_run", str(rows), "--rounds", str(chosen.rounds), *flags],
            cwd=CHECKOUT,
            env=environment(folder, url),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


_PYTHON = (sys.executable, "-m")


if __name__ == "__main__":
    sys.exit(main())
