"""Make the index anew in the slot that nobody searches, beside the other one, and then switch.

While it fills, upkeep writes to both slots. The switch waits until nobody is in the middle of writing a
repository and reads the last changes: so the new slot hides whatever the old one hid.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.utils import timezone

from index.models import Repository, RepositoryState
from search import dictionary, schema
from search.backends import slots
from search.backends.database import insert
from search.backends.postgresql import bucket_ends
from search.backends.slots import Slot
from search.documents import Audience
from search.models import SearchState
from search.sources import entries_of, popularities_of
from search.upkeep import apply_changes

_BATCH = 2_000
_WORDS = 20_000  # in one statement
_PATIENCE = "5s"  # of the switch, with whoever is writing a repository
_ID = (1 << 40) - 1


def rebuild_index(tell: Callable[[str], None] = lambda _: None) -> int:
    """Return how many entries were written; `tell` hears of each step.

    Raises Django's OperationalError where somebody writes a repository for so long that the switch gave
    up: the index of before goes on, and the rebuild may be tried again.
    """
    slot = _begin(_bounds())
    words: Counter[str] = Counter()
    total = 0
    for ids in _batches():
        total += _fill(slot, ids, words)
        tell(f"{total} entries")
    tell("the indexes over them")
    _run(schema.lexeme_indexes(slot.name, waits=connection.in_atomic_block))
    _write_words(words, slot)
    apply_changes()
    _switch(slot)
    tell("searched from now on")
    return total


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


def _batches() -> Iterator[list[int]]:
    last = 0
    live = Repository.objects.filter(state=RepositoryState.ACTIVE).order_by("pk")
    while ids := list(live.filter(pk__gt=last).values_list("pk", flat=True)[:_BATCH]):
        yield ids
        last = ids[-1]


def _begin(bounds: list[list[int]]) -> Slot:
    """Empty the other slot, and let upkeep write to it from now on."""
    with transaction.atomic():
        state = _hold()
        name = "b" if state.live == "a" else "a"
        _run(schema.emptying(name))
        state.filling, state.filling_bounds = name, bounds
        state.save()
    return Slot(name, slots.read_bounds(bounds))


def _fill(slot: Slot, ids: list[int], words: Counter[str]) -> int:
    """Write a batch. Upkeep waits meanwhile: what it wrote itself is newer, and stays."""
    with transaction.atomic():
        _hold()
        entries = entries_of(ids)
        written = insert(entries, slot)
    for entry in entries:
        if entry.audience is Audience.EVERYONE and entry.repository_id in written:
            words.update(dictionary.words_among(entry.lexemes))
    return len(entries)


def _write_words(words: Counter[str], slot: Slot) -> None:
    rows = sorted(words.items())
    for start in range(0, len(rows), _WORDS):
        dictionary.change_counts(dict(rows[start : start + _WORDS]), slot.name)


def _switch(slot: Slot) -> None:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            _run([f"SET LOCAL lock_timeout = '{_PATIENCE}'"])
            _run([f"LOCK TABLE {Repository._meta.db_table} IN SHARE MODE"])
        apply_changes()
        state = _hold()
        state.live, state.bounds, state.built_at = slot.name, state.filling_bounds, timezone.now()
        state.filling, state.filling_bounds = "", []
        state.save()
    slots.forget()


def _hold() -> SearchState:
    return SearchState.objects.select_for_update(no_key=True).order_by("pk")[0]


def _run(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
