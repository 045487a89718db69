"""What was measured, in the file that `python -m bench.scale.measure` writes; times in microseconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median

FILE = Path(__file__).with_name("figures.json")


@dataclass(frozen=True, slots=True)
class Figure:
    """What one kind of request costs."""

    server: float  # processor time of the app server
    database: float  # of PostgreSQL
    nginx: float
    statements: float  # transactions, of which each is one statement here
    held: float  # how long one process does nothing else: with its waiting for the database


@dataclass(frozen=True, slots=True)
class Answered:
    """How long requests at random moments took, in microseconds, and what one took just then."""

    load: float  # share of what one process could do
    rate: float  # a second
    mean: float
    p50: float
    p99: float
    held: float  # as in Figure
    variation: float  # of one after another: standard deviation by mean
    on_the_way: float  # of one, before and after the process


@dataclass(frozen=True, slots=True)
class Figures:
    """All of it."""

    busy: float  # load average when it began: who else used these cores
    requests: dict[str, Figure]
    answered: list[Answered] = field(default_factory=list)


def median_of(rounds: Sequence[Figure]) -> Figure:
    """Return the median of each cost."""
    return Figure(
        **{cost: median(asdict(one)[cost] for one in rounds) for cost in Figure.__slots__}
    )


def write(figures: Figures, file: Path = FILE) -> None:
    """Keep them for the simulation."""
    file.write_text(json.dumps(asdict(figures), indent=2) + "\n")


def read(file: Path = FILE) -> Figures:
    """Return what was measured last."""
    found = json.loads(file.read_text())
    return Figures(
        found["busy"],
        {name: Figure(**of) for name, of in found["requests"].items()},
        [Answered(**of) for of in found["answered"]],
    )
