"""What was measured of search, as tables and as a picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median
from typing import Any

from bench.search_aims import LINE_FROM, LINE_TO, Verdict, indexes_beside_tables, line, p95
from bench.search_baselines import LIKE, QUAY
from bench.search_picture import Line, draw
from bench.search_queries import COMMON, RANDOM, kinds

_TITLE = "Search: 95th percentile by repositories"


def print_times(found: Mapping[str, Any]) -> None:
    """Print each kind of query, and each baseline below it."""
    print(f"| {'milliseconds':<52} | p50 | p95 | longest |\n|---|---:|---:|---:|")
    for name, of in found["times"].items():
        cells = [f"{median(of[each]):.2f}" for each in ("p50", "p95", "max")]
        print(f"| {name:<52} | {' | '.join(cells)} |")
    for name, key in (
        ("change a repository, index included", "update"),
        ("count a pull", "counter"),
    ):
        print(f"| {name:<52} | {found[key][0]:.2f} | {found[key][1]:.2f} | |")
    print(f"| {'merge a change into the index, later':<52} | {found['merge']:.2f} | | |")
    for step in ("fill", "rebuild"):
        if step in found:
            print(f"\n{step}: {found[step]:.0f} s", end="")
    if found["sizes"]:
        tables = ", ".join(
            f"{name} {table / 1e6:.0f} + {indexes / 1e6:.0f} MB"
            for name, (table, indexes) in found["sizes"].items()
            if table > 1e5
        )
        print(f"\n{tables}: indexes are {indexes_beside_tables(found):.2f} of the tables")
    if found["checked"]:
        print(f"{found['checked']} queries find what all rows say")
    print(flush=True)


def print_aims(verdicts: Sequence[Verdict]) -> bool:
    """Print the table of aims; return whether all are met."""
    if verdicts:
        print(f"| {'':<60} | measured | aim | |\n|---|---:|---:|---|")
    for one in verdicts:
        cells = f"{one.found:.2f} {one.unit} | {one.sign} {one.aim:.3g} {one.unit}"
        print(f"| {one.what:<60} | {cells} | {'' if one.is_met else 'falls short'} |", flush=True)
    return all(one.is_met for one in verdicts)


def picture(results: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the picture: the mixture on each database, each kind on PostgreSQL, others, the line."""
    lines = []
    for database, name in (("postgresql", "PostgreSQL"), ("sqlite", "SQLite")):
        of = {int(rows): found for rows, found in results.get(database, {}).items()}
        mixed = _points(of, RANDOM)
        lines.append(Line(f"{name}, {RANDOM}", mixed, "main"))
        if database == "postgresql":
            lines += [
                Line(kind.name, _points(of, kind.name)) for kind in kinds("") if kind.is_aimed_at
            ]
            lines.append(Line(f"{COMMON}, {QUAY}", _points(of, f"{COMMON}, {QUAY}"), "theirs"))
            if LINE_FROM in mixed:
                sizes = [rows for rows in sorted(mixed) if LINE_FROM <= rows <= LINE_TO]
                held = {rows: line(mixed[LINE_FROM], rows) for rows in sizes}
                lines.append(Line("the line that the mixture is held to", held, "aim"))
        else:
            lines.append(Line(f"SQLite, {COMMON}", _points(of, COMMON)))
            lines.append(Line(f"{COMMON}, {LIKE}", _points(of, f"{COMMON}, {LIKE}"), "theirs"))
    return draw(_TITLE, lines)


def _points(of: Mapping[int, Mapping[str, Any]], name: str) -> dict[int, float]:
    return {rows: p95(found, name) for rows, found in of.items() if name in found["times"]}
