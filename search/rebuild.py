"""Make the index anew in the slot that nobody searches, beside the other one, and then switch.

While it fills, upkeep writes to both slots. The switch waits until nobody is in the middle of writing a
repository and reads the last changes: so the new slot hides whatever the old one hid.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from index.models import Repository, RepositoryState
from search import dictionary, fts5, schema
from search.backends import slots
from search.backends.buckets import bucket_ends
from search.backends.database import insert
from search.backends.slots import Slot
from search.counting import Counting
from search.documents import Audience
from search.models import SearchState
from search.sources import entries_of, popularities_of, some_repositories
from search.upkeep import apply_changes

_MEMORY = "512MB"  # with the 64 MB that are usual, the indexes take five times as long
_SAMPLE = 5_000  # repositories in which frequent words are looked for
_FREQUENT = 0.02  # of the sample
_SEEN = 50  # times at least: where there are fewer entries, all of it is quick anyway
_MOST_FREQUENT = 100
_BATCH = 2_000
_WORDS = 20_000  # in one statement
_ALL = sys.maxsize
_LONGEST_WAIT = "5s"  # for whoever is writing a repository
_ID = (1 << 40) - 1


class Overtaken(Exception):
    """Another rebuild has begun since: its index is the one that will be searched."""


@dataclass(frozen=True, slots=True)
class _Build:
    number: int
    slot: Slot


def rebuild_index(tell: Callable[[str], None] = lambda _: None) -> int:
    """Return how many entries were written; `tell` hears of each step.

    Raises Django's OperationalError where somebody writes a repository for so long that the switch gave
    up: the index of before goes on, and the rebuild may be tried again. Raises Overtaken.
    """
    with patience():
        build = _begin(_bounds(), _frequent())
        counting = Counting(build.slot)
        total = 0
        for ids in _batches():
            total += _fill(build, ids, counting)
            tell(f"{total} entries")
        tell("the indexes over them")
        _run(schema.lexeme_indexes(build.slot.name, waits=connection.in_atomic_block))
        fts5.merge_all(build.slot.name)
        _write_words(counting, build)
    apply_changes(limit=_ALL)
    _switch(build)
    tell("searched from now on")
    return total


@contextmanager
def patience() -> Iterator[None]:
    """Let statements take their time and memory: an index over millions of entries is made in minutes."""
    if connection.vendor == "sqlite":
        yield
        return
    _run(["SET statement_timeout = 0", f"SET maintenance_work_mem = '{_MEMORY}'"])
    try:
        yield
    finally:
        _run(["RESET statement_timeout", "RESET maintenance_work_mem"])


def _bounds() -> list[list[int]]:
    """Return where buckets of popularity end: [popularity, id] of the last in each."""
    if connection.vendor == "sqlite":
        return []  # its order is in the index itself
    places = array("q")
    for ids in _batches():
        places.extend(-popularity << 40 | pk for pk, popularity in popularities_of(ids))
    ordered = sorted(places)
    ends = (ordered[end - 1] for end in bucket_ends(len(ordered)))
    return [[-(place >> 40), place & _ID] for place in ends]


def _frequent() -> list[str]:
    """Return the words that so many of a sample have that two of them are asked for as one."""
    if connection.vendor == "sqlite":
        return []
    counted: Counter[str] = Counter()
    entries = entries_of(some_repositories(_SAMPLE))
    for entry in entries:
        counted.update({one[2:] for one in entry.lexemes if one[0] in "ar"})
    least = max(_FREQUENT * len(entries), _SEEN)
    return sorted(word for word, count in counted.most_common(_MOST_FREQUENT) if count >= least)


def _batches() -> Iterator[list[int]]:
    """Yield ids of live repositories.

    On PostgreSQL those of a namespace together: so its rows will be, and are quickly read. In SQLite rows
    lie by id whatever comes first, and it would look at all of them for each batch.
    """
    live = Repository.objects.filter(state=RepositoryState.ACTIVE)
    if connection.vendor == "sqlite":
        last_id = 0
        while found := list(live.filter(pk__gt=last_id).order_by("pk").values_list("pk", flat=True)[:_BATCH]):  # fmt: skip
            yield found
            last_id = found[-1]
        return
    last = (0, 0)
    live = live.order_by("namespace_id", "pk")
    while rows := list(_behind(live, *last).values_list("namespace_id", "pk")[:_BATCH]):
        yield [pk for _, pk in rows]
        last = rows[-1]


def _behind(live: QuerySet[Repository], namespace: int, pk: int) -> QuerySet[Repository]:
    same = Q(namespace_id=namespace, pk__gt=pk)
    return live.filter(Q(namespace_id__gt=namespace) | same, namespace_id__gte=namespace)


def _begin(bounds: list[list[int]], frequent: list[str]) -> _Build:
    """Empty the other slot, and let upkeep write to it from now on."""
    with transaction.atomic():
        _do_not_wait_long()
        state = _hold()
        name = "b" if state.live == "a" else "a"
        _run(schema.emptying(name))
        state.filling, state.filling_bounds, state.build = name, bounds, state.build + 1
        state.filling_frequent = frequent
        state.save()
    return _Build(state.build, slots.filling(state))


def _fill(build: _Build, ids: list[int], counting: Counting) -> int:
    """Write a batch. Upkeep waits meanwhile: what it wrote itself is newer, and stays."""
    with transaction.atomic():
        _hold(build)
        entries = entries_of(ids)
        written = insert(entries, build.slot)
    for entry in entries:
        if entry.audience is Audience.EVERYONE and entry.repository_id in written:
            counting.add(entry)
    return len(entries)


def _write_words(counting: Counting, build: _Build) -> None:
    places = counting.places()
    rows = sorted(counting.counted.items())
    for start in range(0, len(rows), _WORDS):
        with transaction.atomic():
            _hold(build)
            some = dict(rows[start : start + _WORDS])
            dictionary.change_counts(some, build.slot.name, places)


def _switch(build: _Build) -> None:
    with transaction.atomic():
        _do_not_wait_long()
        if connection.vendor == "postgresql":
            _run([f"LOCK TABLE {Repository._meta.db_table} IN SHARE MODE"])
        # Held before changes are read: while somebody else has it none would be, and what was hidden
        # since the slot was filled would be found in it again.
        state = _hold(build)
        apply_changes(limit=_ALL, is_still=True)
        state.live, state.bounds = build.slot.name, state.filling_bounds
        state.built_at = timezone.now()
        state.frequent, state.filling_frequent = state.filling_frequent, []
        state.filling, state.filling_bounds = "", []
        state.save()
    slots.forget()


def _hold(build: _Build | None = None) -> SearchState:
    state = SearchState.objects.select_for_update(no_key=True).order_by("pk")[0]
    if build and state.build != build.number:
        message = "Another rebuild of the search index has begun since: it goes on, this one ends."
        raise Overtaken(message)
    return state


def _do_not_wait_long() -> None:
    """Give up where somebody else is in the way: others would wait behind us."""
    if connection.vendor == "postgresql":
        _run([f"SET LOCAL lock_timeout = '{_LONGEST_WAIT}'"])


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
