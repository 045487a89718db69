"""How long each page takes until its first byte: `var/venv/bin/python bench/pages.py`.

Every page of the list that the browser tests open, in an index of 100,000 repositories, two of them with 5,000
tags, asked in one process through the WSGI application that is served. Exit status 1 says that a page
was missing, or slower than the aim.
"""

from __future__ import annotations

import os.path
import sys

# token.py, beside this file, has the name of a module of the standard library.
sys.path.pop(0)
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

import argparse
import json
import subprocess
from pathlib import Path
from typing import Any

from bench.kept import database, environment, folder_for
from bench.stack import NotStarted
from launcher.layout import CHECKOUT
from launcher.problems import Problem

AIM = 50.0  # milliseconds, the 95th percentile
MOST_QUERIES = 8
_OK = 200


def main() -> int:
    """Measure on each database."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], action="append")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=40, help="that each page is asked")
    parser.add_argument("--only", default="", help="names of pages, with commas between")
    parser.add_argument("--keep", type=Path, help="a folder: databases stay there for another run")
    chosen = parser.parse_args()
    met = True
    for kind in chosen.database or ("sqlite", "postgresql"):
        print(
            f"\n{kind}, {chosen.rows:,} repositories, each page {chosen.times} times\n", flush=True
        )
        try:
            found = measure(kind, chosen)
        except (NotStarted, Problem) as error:
            print(f"not measured: {error}")
            continue
        except subprocess.CalledProcessError:
            print("the measurement failed", file=sys.stderr)
            return 1
        met &= print_table(found)
    return 0 if met else 1


def measure(kind: str, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    """Let a process of its own do it: settings are read once, and memory goes with it."""
    name = f"pages-{kind}-{chosen.rows}"
    with folder_for(chosen.keep, name) as folder, database(kind, folder) as url:
        answer = subprocess.run(
            [
                *(sys.executable, "-m", "bench.pages_run", str(chosen.rows)),
                *("--times", str(chosen.times), "--only", chosen.only),
            ],
            cwd=CHECKOUT,
            env=environment(folder, url),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: list[dict[str, Any]] = json.loads(answer.stdout.splitlines()[-1])
    return found


def print_table(found: list[dict[str, Any]]) -> bool:
    """Print the pages, the slowest first; return whether all of them are there and quick enough."""
    print("| page | p50 ms | p95 ms | CPU p95 ms | queries | kB | |")
    print("|---|---:|---:|---:|---:|---:|---|")
    for row in sorted(found, key=lambda row: -row["p95"]):
        times = " | ".join(f"{row[key]:.1f}" for key in ("p50", "p95", "cpu95"))
        cells = f"{times} | {row['queries']} | {row['bytes'] / 1e3:.0f}"
        print(f"| {row['name']} | {cells} | {_remark(row)} |")
    missed = [row for row in found if _remark(row)]
    print(f"\n{len(found) - len(missed)} of {len(found)} pages meet the aim.")
    return not missed


def _remark(row: dict[str, Any]) -> str:
    if row["status"] != _OK:
        return f"answers {row['status']}"
    slow = f"above {AIM:.0f} ms" if row["p95"] >= AIM else ""
    many = f"above {MOST_QUERIES} queries" if row["queries"] > MOST_QUERIES else ""
    return ", ".join(filter(None, (slow, many)))


if __name__ == "__main__":
    sys.exit(main())
