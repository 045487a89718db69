"""Simulate fleets for loads of several sizes, and write the tables of docs/scale.md: `python -m bench.scale`.

`python -m bench.scale.measure` and `python -m bench.scale.disk` measure what it is fed with.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator, Sequence
from statistics import median

from bench.scale import disk, figures
from bench.scale.compare import HERD_MEASURED, simulate, simulate_herd
from bench.scale.figures import Figures
from bench.scale.model import Costs, Traffic
from bench.scale.sizes import Sized, costs_of, sized
from launcher.layout import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "scale.md"
LOADS = (
    Traffic(pulls=10, repositories=1_000),
    Traffic(pulls=500, repositories=100_000),
    Traffic(pulls=10_000, repositories=10_000_000),
    Traffic(pulls=50_000, repositories=10_000_000),
)
# bench/README.md, "What registries tell": what one database applies, and one core accepts, in a second.
EVENTS_APPLIED, EVENTS_ACCEPTED = 16_120, 3_174
EVENT_IDS_DAYS = 2  # _KEEP_EVENT_IDS of index/event_tasks.py
CONNECTIONS = 100  # PostgreSQL's own default
PRIMARY = 64  # cores of a large database server
# What each repository has in the arithmetic of the disk.
IMAGES, LAYERS, DAYS = 10, 8, 30
Rows = Sequence[Sequence[str]]


def main() -> int:
    """Simulate, and put the tables where the document has room for them."""
    measured = figures.read()
    costs = costs_of(measured)
    fleets = [sized(costs, load) for load in LOADS]
    tables = {
        "fleets": fleets_table(fleets),
        "limits": limits_table(costs, fleets[-1]),
        "disk": disk_table(json.loads(disk.FILE.read_text())),
        "compared": compared_table(measured),
        "costs": costs_table(measured),
    }
    text = DOCUMENT.read_text()
    for name, table in tables.items():
        text = filled(text, name, table)
        print(table, "\n")
    DOCUMENT.write_text(text)
    return 0


def filled(text: str, name: str, table: str) -> str:
    """Return the document with this table between its marks."""
    marks = re.compile(rf"(<!-- {name}: [^\n]*-->\n).*?(<!-- end -->)", re.DOTALL)
    return marks.sub(lambda found: f"{found[1]}{table}\n{found[2]}", text)


def fleets_table(fleets: Sequence[Sized]) -> str:
    """Return one column for each load."""
    heads = [_number(one.traffic.pulls) for one in fleets]
    rows = [
        ("of so many repositories", *(_number(one.traffic.repositories) for one in fleets)),
        ("questions: tokens and routes, a second", *(_number(_asked(one)) for one in fleets)),
        ("processes of `tokens`", *(_number(one.processes) for one in fleets)),
        ("machines of eight cores for them and nginx", *(_number(one.machines) for one in fleets)),
        ("cores of PostgreSQL for what they ask", *(_number(one.database) for one in fleets)),
        ("statements a second", *(_number(one.statements) for one in fleets)),
        ("answered without a statement", *(f"{_remembered(one):.0%}" for one in fleets)),
        ("busy: a process", *(f"{one.busy:.0%}" for one in fleets)),
        ("busy: nginx", *(f"{one.nginx_busy:.0%}" for one in fleets)),
        ("wait for a process: p50, p99 ms", *(_pair(one.wait) for one in fleets)),
        ("token: p50, p99 ms", *(_pair(one.token) for one in fleets)),
        ("route: p50, p99 ms", *(_pair(one.route) for one in fleets)),
        ("cores that accept notifications", *(_number(_accepting(one)) for one in fleets)),
        ("notifications: of what one database applies", *(_share_of_events(one) for one in fleets)),
    ]
    return _table(["pulls, each with a token, a second", *heads], rows)


def limits_table(costs: Costs, largest: Sized) -> str:
    """Return what is full first, the smallest first: more machines of the same kind do not move these."""
    pulls, asked = largest.traffic.pulls, 1 + largest.traffic.routes
    statements = largest.statements / pulls
    statement = (costs.token_statement + costs.route_statement * largest.traffic.routes) / asked
    each = pulls / largest.processes  # of a process that is busy for 60 %
    limits = {
        "one process of `tokens`, all of the time": each / largest.busy,
        f"{CONNECTIONS} connections without a pooler, one of each process": each * CONNECTIONS,
        "notifications applied by one database": float(EVENTS_APPLIED),
        f"{PRIMARY} cores of a primary that answers all by itself": PRIMARY
        / statements
        / statement,
    }
    ordered = sorted(limits.items(), key=lambda limit: limit[1])
    return _table(["full", "at pulls a second"], [(name, _number(at)) for name, at in ordered])


def disk_table(bytes_of: dict[str, float]) -> str:
    """Return what a repository takes with images, and what events take, from bytes for each row."""
    parts = dict(_parts_of_a_repository(bytes_of))
    each = sum(parts.values())
    rows: list[Sequence[str]] = [(what, _number(size)) for what, size in parts.items()]
    rows += [(f"{_number(of)} repositories, GB", f"{of * each / 1e9:,.2f}") for of in _counts()]
    ids = bytes_of["index_registryevent"]
    for load in LOADS:
        size = load.pulls * 86_400 * EVENT_IDS_DAYS * ids / 1e9
        said = (
            f"ids of the events of {EVENT_IDS_DAYS} days, {_number(load.pulls)} pulls a second, GB"
        )
        rows.append((said, f"{size:,.1f}"))
    return _table(["", "bytes"], rows)


def _parts_of_a_repository(of: dict[str, float]) -> Iterator[tuple[str, float]]:
    search = sum(size for name, size in of.items() if name.startswith("search_entr"))
    image = of["index_manifest"] + of["index_tag"] + of["index_manifestcontent"]
    yield "the repository itself", of["index_repository"]
    yield "its entry in the search", search
    yield f"{IMAGES} images: manifest, tag, documents", IMAGES * image
    yield f"their {IMAGES * LAYERS} layers", IMAGES * LAYERS * of["index_bloblink"]
    yield f"{DAYS} days on which it was pulled", DAYS * of["index_dailycount"]


def _counts() -> list[int]:
    return sorted({load.repositories for load in LOADS})


def compared_table(measured: Figures) -> str:
    """Return what was measured at random moments beside what is simulated."""
    rows = [
        ("1,000 nodes at once, two quiet cores", what, f"{of:.2f} s", f"{made[what]:.2f} s",
         f"{made[what] / of:.2f}")
        for made in [simulate_herd()]
        for what, of in HERD_MEASURED.items()
    ]  # fmt: skip
    for load in sorted({one.load for one in measured.answered}):
        rounds = [(one, simulate(one)) for one in measured.answered if one.load == load]
        for what in ("mean", "p50", "p99"):
            pairs = [(getattr(one, what), getattr(made, what)) for one, made in rounds]
            real, made = (median(side) / 1e3 for side in zip(*pairs, strict=True))
            ratio = median(made / real for real, made in pairs)
            name = f"one process at random moments, {load:.0%} of what it can do"
            rows.append((name, what, f"{real:.1f} ms", f"{made:.1f} ms", f"{ratio:.2f}"))
    return _table(["", "", "measured", "simulated", "ratio"], rows)


def costs_table(measured: Figures) -> str:
    """Return what the simulation is fed with."""
    heads = ["microseconds of processor time", "app server", "PostgreSQL", "nginx", "statements"]
    rows = [
        (name, f"{of.server:.0f}", f"{of.database:.0f}", f"{of.nginx:.0f}", f"{of.statements:.1f}")
        for name, of in measured.requests.items()
    ]
    return _table(heads, rows)


def _asked(fleet: Sized) -> float:
    return fleet.traffic.pulls * (1 + fleet.traffic.routes)


def _remembered(fleet: Sized) -> float:
    return 1 - fleet.statements / _asked(fleet)


def _accepting(fleet: Sized) -> float:
    return max(fleet.traffic.pulls / EVENTS_ACCEPTED / 0.6, 0.1)


def _share_of_events(fleet: Sized) -> str:
    return f"{fleet.traffic.pulls / EVENTS_APPLIED:.0%}"


def _pair(seconds: tuple[float, float]) -> str:
    return ", ".join(f"{one * 1e3:.1f}" for one in seconds)


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 10 and value != int(value) else f"{value:,.0f}"


def _table(heads: Sequence[str], rows: Rows) -> str:
    lines = [heads, ["---", *("---:" for _ in heads[1:])], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
