"""Keeps entries as the repositories are: reads what triggers wrote down, in batches, after the commit.

Whoever writes the index holds the row of its state locked, so there is one at a time. Repositories are
held as well while they are read: a change of visibility is either seen, or comes after and finds the
entry that it must take out (search.schema). What somebody else is writing is left for the next time: so
nobody waits for upkeep who has something that it waits for.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.statements import run
from index.batches import run_for_rows
from index.models import DailyCount, Repository
from search import dictionary, schema
from search.backends import slots
from search.backends.choice import kept
from search.backends.slots import Slot
from search.models import SearchState
from search.sources import entries_of

BATCH = 500
_WORTH_A_LOOK = 1.05  # pulls, as a multiple of what is indexed: less moves nobody
_WAITING = """
SELECT EXISTS (SELECT 1 FROM search_searchchange), EXISTS (SELECT 1 FROM search_searchloss)
"""
_TAKEN = """
DELETE FROM search_searchchange
WHERE id IN (SELECT id FROM search_searchchange ORDER BY id LIMIT :most) RETURNING repository_id
"""
_LEFT = """
INSERT INTO search_searchchange (repository_id) SELECT CAST(value AS bigint) FROM {texts}
"""
_LIVE = "SELECT id FROM index_repository WHERE state = 'active' AND id {among_ids}"


def begin() -> None:
    """Make the state, and let everything be indexed that was there before."""
    if SearchState.objects.exists():
        return
    SearchState.objects.create()
    note(f"SELECT id FROM {Repository._meta.db_table}")  # noqa: S608


def apply_changes(limit: int = 20 * BATCH, *, is_still: bool = False) -> int:
    """Bring entries up to date; return how many changes were read, at most about `limit`.

    `is_still` where the caller sees to it that nobody writes a repository meanwhile.
    """
    [(has_changes, has_losses)] = run(_WAITING, {})
    if not has_changes and not has_losses:
        return 0  # mostly: nobody is kept from writing for it
    total = 0
    while total < limit:
        read, left = _apply_batch(is_still=is_still, has_losses=has_losses)
        total += read - left
        if left == read or (read < BATCH and not has_losses):
            break
    return total


def merge_new() -> int:
    """Let searches find what was written as quickly as the rest; they find it already. Returns pages.

    Only where it is searched: a slot that is being filled has no indexes yet.
    """
    return sum(schema.merge_new(slot.name) for slot in slots.written()[:1])


def _apply_batch(*, is_still: bool, has_losses: bool) -> tuple[int, int]:
    """Return how many changes were read, and how many of them were left for the next time."""
    with transaction.atomic():
        held = slots.hold()
        if not held:
            return 0, 0
        if has_losses:
            dictionary.forget_lost(BATCH)
        # Taken before repositories are read: what changes after that is written down once more.
        changes = [repository_id for (repository_id,) in run(_TAKEN, {"most": BATCH})]
        if not changes:
            return 0, 0
        later = refresh(set(changes), held, is_still=is_still)
        left = [one for one in changes if one in later]
        if left:
            run_for_rows(_LEFT, left)
        return len(changes), len(left)


def refresh(
    repository_ids: Collection[int], held: Sequence[Slot], *, is_still: bool = False
) -> set[int]:
    """Write the entries of these anew, inside a transaction that holds the slots.

    Returns those that were left alone, because somebody is writing them.
    """
    asked = set(repository_ids)
    entries = entries_of(asked, are_held=not is_still)
    missing = asked - {entry.repository_id for entry in entries}
    is_anyone_else = bool(missing) and not is_still
    later = {pk for (pk,) in run_for_rows(_LIVE, sorted(missing))} if is_anyone_else else set()
    for engine in kept():
        engine.put(entries, held, gone=missing - later)
    return later


def look_for_pulls() -> int:
    """Note repositories that were pulled so often since they were indexed that it makes a difference."""
    since = timezone.now().date() - timedelta(days=1)
    table, days = Repository._meta.db_table, DailyCount._meta.db_table
    state = SearchState.objects.order_by("pk").first()
    if state is None:
        return 0
    return note(
        f"SELECT DISTINCT r.id FROM {days} d JOIN {table} r ON r.id = d.repository_id"  # noqa: S608
        f" JOIN search_entry_{state.live} e ON e.repository_id = r.id"
        f" WHERE d.day >= %s AND r.pull_count > e.pulls * {_WORTH_A_LOOK}",
        since,
    )


def note(select: str, *params: Any) -> int:
    """Write down that these repositories are to be looked at; return how many."""
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "search_searchchange" (repository_id) {select}', params)
        return int(cursor.rowcount)
