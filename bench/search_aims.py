"""What search must do: the issue's table, in one place."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

from bench.search_queries import RANDOM, kinds


@dataclass(frozen=True, slots=True)
class Aims:
    """For one database and size; None: nothing is asked."""

    kind: float  # ms, p95 of every kind
    random: float | None = None  # ms, p95 of the random queries
    ratio: float | None = None  # of Quay's time to ours, for the word in 30 %
    update: float | None = None  # ms, half of the changed repositories, index included
    counter: float | None = None  # ms, p95 of a counted pull
    indexes: float | None = None  # all indexes beside all tables of search


AIMS = {
    ("postgresql", 1_000_000): Aims(10, 5, 150, 5, 0.5, 1.2),
    ("postgresql", 5_000_000): Aims(20, 10, 300, 5, 0.5, 1.2),
    ("sqlite", 1_000_000): Aims(15),
}
GROWTH = (1_000_000, 5_000_000, 2.5)  # of the random queries' p95
# The line that growth is held to: ten times the rows may add as much as the first ten thousand cost.
LINE_FROM, LINE_TO = 10_000, 5_000_000


@dataclass(frozen=True, slots=True)
class Verdict:
    """One row of the table of aims."""

    what: str
    found: float
    sign: str
    aim: float
    unit: str

    @property
    def is_met(self) -> bool:
        """Whether it is as good as it must be."""
        return self.found >= self.aim if self.sign == "≥" else self.found < self.aim


def check_size(database: str, found: Mapping[str, Any]) -> list[Verdict]:
    """Return what is asked of this size; nothing of the small ones."""
    aims = AIMS.get((database, found["rows"]))
    return list(_verdicts(aims, found)) if aims else []


def _verdicts(aims: Aims, found: Mapping[str, Any]) -> Iterator[Verdict]:
    for kind in kinds(""):
        if kind.is_aimed_at:
            yield Verdict(f"{kind.name}, p95", p95(found, kind.name), "<", aims.kind, "ms")
    if aims.random is not None:
        yield Verdict(f"{RANDOM}, p95", p95(found, RANDOM), "<", aims.random, "ms")
    if aims.ratio is not None and found["ratio"] is not None:
        yield Verdict(
            "a word in 30 %, Quay's time beside ours", found["ratio"], "≥", aims.ratio, "x"
        )
    if aims.update is not None:
        yield Verdict("change a repository, p50", found["update"][0], "<", aims.update, "ms")
    if aims.counter is not None:
        yield Verdict("count a pull, p95", found["counter"][1], "<", aims.counter, "ms")
    if aims.indexes is not None:
        yield Verdict("indexes beside tables", indexes_beside_tables(found), "<", aims.indexes, "x")


def check_growth(database: str, results: Mapping[str, Mapping[str, Any]]) -> list[Verdict]:
    """Return what is asked of sizes beside each other, as far as they were measured."""
    small, large, most = GROWTH
    verdicts = []
    if str(small) in results and str(large) in results:
        growth = p95(results[str(large)], RANDOM) / p95(results[str(small)], RANDOM)
        verdicts.append(Verdict(f"{database}: {RANDOM}, 1 to 5 million", growth, "<", most, "x"))
    if str(LINE_FROM) in results:
        first = p95(results[str(LINE_FROM)], RANDOM)
        for rows in sorted(map(int, results)):
            if LINE_FROM < rows <= LINE_TO:
                found, most = p95(results[str(rows)], RANDOM), line(first, rows)
                what = f"{database}: {RANDOM}, p95, {rows:,}, beside the line"
                verdicts.append(Verdict(what, found, "<", most, "ms"))
    return verdicts


def line(first: float, rows: int) -> float:
    """Return how long it may take: it grows with the logarithm of the rows."""
    return first * (1 + math.log10(rows / LINE_FROM))


def p95(found: Mapping[str, Any], name: str) -> float:
    """Return the median of the rounds."""
    return float(median(found["times"][name]["p95"]))


def indexes_beside_tables(found: Mapping[str, Any]) -> float:
    """Return the bytes of all indexes of search for each byte of its tables."""
    sizes = found["sizes"].values()
    return float(sum(indexes for _, indexes in sizes) / sum(table for table, _ in sizes))
