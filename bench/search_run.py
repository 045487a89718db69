"""Measure search on one database with so many rows, and print it as JSON: `python -m bench.search_run N`.

The engine is asked in this process, over one connection, as a view asks it: from the typed text to the
repositories of a page. Times are of the clock, with the way to the database and back.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from statistics import median
from typing import TYPE_CHECKING, Any

import django

from bench.search_queries import COMMON, Kind, kinds, random_queries

if TYPE_CHECKING:
    from accounts.principals import Principal
    from index.models import Repository

Ask = Callable[[], object]
# Queries of each kind in each round, of ours and of others; fewer where so many seconds are over before.
_LEAST, _LEAST_OF_OTHERS = 100, 10
_SECONDS = 8.0
_CHANGES = 200


def measure(rows: int, *, rounds: int, again: bool, baselines: bool) -> dict[str, Any]:
    """Fill and index, unless that was done before; check what is found; ask in turns."""
    from bench import search_data
    from search.models import SearchState
    from search.rebuild import rebuild_index

    found: dict[str, Any] = {"rows": rows}
    if not search_data.is_filled(rows):
        found["fill"] = _seconds("filled", lambda: search_data.fill(rows))
    if again or not SearchState.objects.filter(built_at__isnull=False).exists():
        found["rebuild"] = _seconds("indexed", rebuild_index)
        search_data.tidy()  # as autovacuum does some minutes later
    found["checked"] = _check(rows)
    found["times"] = _ask_in_turns(rounds=rounds, baselines=baselines)
    found["ratio"] = _ratio(found["times"])
    found |= _change_in_turns(rounds)
    found["sizes"] = search_data.sizes()
    return found


def _check(rows: int) -> int:
    """Compare what is found with what all rows say; return how many queries, 0 where it takes too long."""
    from bench.search_check import MOST_ROWS, check

    if rows > MOST_ROWS:
        return 0
    asked = [
        text
        for kind in kinds(_owner())
        for text in kind.typed
        if kind.is_aimed_at and not kind.member_of
    ]
    compared = check(asked)
    _say(f"{compared} queries checked against all rows")
    return compared


def _ask_in_turns(*, rounds: int, baselines: bool) -> dict[str, dict[str, list[float]]]:
    """Return, of each case, p50, p95 and the longest of each round."""
    from bench import search_baselines

    cases = {kind.name: (kind, list(_asks(kind))) for kind in (*kinds(_owner()), random_queries())}
    others = search_baselines.baselines() if baselines else []
    if others:
        search_baselines.make_baselines()
    for _, asks in cases.values():  # caches
        for ask in asks[:20]:
            ask()
    found: dict[str, dict[str, list[float]]] = {}
    for number in range(rounds):
        for name, (kind, asks) in cases.items():
            _add(found, name, _times(asks, least=_LEAST))
            for other in others if kind.has_baseline else ():
                _add(found, f"{name}, {other}", _times_of(other, kind))
        _say(f"round {number + 1} of {rounds}")
    return found


def _asks(kind: Kind) -> Iterable[Ask]:
    """Yield what asks each query of the kind once."""
    from bench.search_corpus import NOW
    from search import engine, facets
    from search.query import parse_query

    principal = _principal(kind.member_of)

    def ask(typed: str) -> Ask:
        if kind.entrance == "suggestions":
            return lambda: engine.suggest(principal, typed)
        if kind.entrance == "facets":
            return lambda: facets.facets(principal, parse_query(typed, now=NOW))
        after = ""
        if kind.entrance == "second page":
            after = engine.search(principal, parse_query(typed, now=NOW)).next
        return lambda: engine.search(principal, parse_query(typed, now=NOW), after=after)

    return map(ask, kind.typed)


def _principal(member_of: int) -> Principal:
    from accounts.models import User
    from accounts.principals import ANONYMOUS, Principal
    from bench.search_data import MEMBERS

    if not member_of:
        return ANONYMOUS
    return Principal(User.objects.get(username=MEMBERS[member_of]))


def _owner() -> str:
    """Return a namespace with some hundred rows or, in a small corpus, fewer."""
    from accounts.models import Namespace

    names = Namespace.objects.filter(organization__isnull=False).order_by("pk")
    return str(names.values_list("name", flat=True)[20])


def _times(asks: list[Ask], *, least: int) -> list[float]:
    """Ask each at least once; return milliseconds, sorted."""
    found: list[float] = []
    until = time.monotonic() + _SECONDS
    while not found or (len(found) < least and time.monotonic() < until):
        for ask in asks:
            begun = time.perf_counter()
            ask()
            found.append((time.perf_counter() - begun) * 1e3)
    return sorted(found)


def _times_of(other: str, kind: Kind) -> list[float]:
    from bench.search_baselines import ask

    asks: list[Ask] = [partial(ask, other, typed) for typed in kind.typed]
    return _times(asks, least=_LEAST_OF_OTHERS)


def _add(found: dict[str, dict[str, list[float]]], name: str, times: list[float]) -> None:
    of = found.setdefault(name, {"p50": [], "p95": [], "max": []})
    of["p50"].append(percentile(times, 50))
    of["p95"].append(percentile(times, 95))
    of["max"].append(times[-1])


def percentile(times: list[float], percent: int) -> float:
    """Return the value that so many of the sorted times do not exceed."""
    return times[max(0, math.ceil(len(times) * percent / 100) - 1)]


def _ratio(times: dict[str, dict[str, list[float]]]) -> float | None:
    """Return how many times our time Quay's way takes for the word that is everywhere."""
    from bench.search_baselines import QUAY

    theirs = times.get(f"{COMMON}, {QUAY}")
    if theirs is None:
        return None
    pairs = zip(theirs["p50"], times[COMMON]["p50"], strict=True)
    return median(other / ours for other, ours in pairs)


def _change_in_turns(rounds: int) -> dict[str, Any]:
    """Return p50 and p95 of changing one repository, index included, and of counting one pull.

    After each round what is new is merged, as the worker does: `merge` is ms for each change.
    """
    from index.models import Repository
    from search.upkeep import apply_changes, merge_new

    draw = random.Random("changes")  # noqa: S311
    last = Repository.objects.order_by("-pk").values_list("pk", flat=True)[0]
    while apply_changes():
        pass
    told: dict[str, list[list[float]]] = {"update": [], "counter": [], "merge": []}
    for _ in range(rounds):
        ids = [draw.randint(1, last) for _ in range(_CHANGES)]
        chosen = list(Repository.objects.in_bulk(ids).values())  # a page has them in hand
        for name, change in (("update", _describe), ("counter", _count_pull)):
            times = _times([partial(change, one) for one in chosen], least=1)
            told[name].append([percentile(times, 50), percentile(times, 95)])
        begun = time.perf_counter()
        merge_new()
        told["merge"].append([(time.perf_counter() - begun) * 1e3 / _CHANGES])
    middle = {name: [median(of) for of in zip(*times, strict=True)] for name, times in told.items()}
    return middle | {"merge": middle["merge"][0]}


def _describe(repository: Repository) -> None:
    from search.upkeep import apply_changes

    text = repository.description
    repository.description = (
        text.removeprefix("changed ") if text.startswith("changed ") else f"changed {text}"[:100]
    )
    repository.save(update_fields=["description"])
    if apply_changes() != 1:
        message = f"{repository} was changed, and its entry was not"
        raise RuntimeError(message)


def _count_pull(repository: Repository) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE index_repository SET pull_count = pull_count + 1 WHERE id = %s",
            [repository.pk],
        )


def _seconds(what: str, step: Callable[[], object]) -> float:
    begun = time.monotonic()
    step()
    took = time.monotonic() - begun
    _say(f"{what} in {took:.0f} s")
    return took


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--again", action="store_true", help="index anew")
    parser.add_argument("--no-baselines", action="store_true")
    chosen = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    found = measure(
        chosen.rows,
        rounds=chosen.rounds,
        again=chosen.again,
        baselines=not chosen.no_baselines,
    )
    print(json.dumps(found))


if __name__ == "__main__":
    main()
