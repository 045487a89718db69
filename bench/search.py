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
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from bench.search_aims import check_growth, check_size
from bench.search_report import picture, print_aims, print_times
from bench.stack import NotStarted
from launcher import postgres
from launcher.layout import CHECKOUT
from launcher.problems import Problem
from launcher.tools import find
from launcher.variables import clean_environment

_SIZES = {"sqlite": "10000,100000,1000000", "postgresql": "10000,100000,1000000"}
# Beside the settings of the other measurements: everything that is searched stays in memory.
_MEMORY = {"shared_buffers": "4GB", "max_wal_size": "8GB"}

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
    with _folder(chosen.keep, f"{kind}-{rows}") as folder, _database(kind, folder) as url:
        answer = subprocess.run(
            [*_PYTHON, "bench.search_run", str(rows), "--rounds", str(chosen.rounds), *flags],
            cwd=CHECKOUT,
            env=_environment(folder, url),
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


_PYTHON = (sys.executable, "-m")


@contextmanager
def _folder(keep: Path | None, name: str) -> Iterator[Path]:
    """A folder that stays, or one that does not."""
    temporary = tempfile.TemporaryDirectory(prefix="waybill-search-")
    with temporary if keep is None else nullcontext(str(keep.resolve() / name)) as path:
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    """The URL of the database in the folder; it is made where there is none."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'search.sqlite3'}"
        return
    initdb = find("initdb", folder)
    if initdb is None:
        message = "no initdb on this machine"
        raise NotStarted(message)
    identity = postgres.who_runs_postgresql()
    if identity.user is not None and identity.group is not None:
        os.chown(folder, identity.user, identity.group)
    if not (folder / "data").exists():
        postgres.make(initdb, folder, identity)
    program = initdb.resolve().with_name("postgres")
    with postgres.running(program, folder, identity, postgres.SETTINGS | _MEMORY):
        yield f"postgresql:///{postgres.DATABASE}?host={folder}&user={postgres.DATABASE}"


def _environment(folder: Path, url: str) -> dict[str, str]:
    variables = {
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "WAYBILL_PUBLIC_URL": "http://127.0.0.1:9",
        "WAYBILL_VAR": str(folder),
        "WAYBILL_SECRET_KEY": "bench-" * 10,
        "WAYBILL_GATEWAY_SECRET": "bench-" * 10,
        "WAYBILL_REDIS_URL": "redis://127.0.0.1:9",
        "WAYBILL_DATABASE_URL": url,
    }
    return clean_environment(variables, venv=Path(sys.prefix))


if __name__ == "__main__":
    sys.exit(main())
