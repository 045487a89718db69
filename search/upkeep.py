"""Keeps entries as the repositories are: reads what triggers wrote down, in batches, after the commit.

Whoever writes the index holds the row of its state locked, so there is one at a time. Repositories are
held as well while they are read: a change of visibility is either seen, or comes after and finds the
entry that it must take out (search.schema). What somebody else is writing is left for the next time: so
nobody waits for upkeep who has something that it waits for.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from index.models import DailyCount, Repository
from search import dictionary
from search.backends.choice import kept
from search.models import SearchChange, SearchLoss, SearchState
from search.sources import entries_of

BATCH = 500
_WORTH_A_LOOK = 1.05  # pulls, as a multiple of what is indexed: less moves nobody


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
    if not SearchChange.objects.exists() and not SearchLoss.objects.exists():
        return 0  # mostly: nobody is kept from writing for it
    total = 0
    while total < limit and (applied := _apply_batch(is_still=is_still)):
        total += applied
    return total


def _apply_batch(*, is_still: bool) -> int:
    with transaction.atomic():
        if lock_state() is None:
            return 0
        dictionary.forget_lost(BATCH)
        # Read before the repositories: what changes after that is written down once more.
        changes = dict(
            SearchChange.objects.order_by("pk").values_list("pk", "repository_id")[:BATCH]
        )
        if not changes:
            return 0
        later = refresh(sorted(set(changes.values())), is_still=is_still)
        done = [pk for pk, repository_id in changes.items() if repository_id not in later]
        SearchChange.objects.filter(pk__in=done).delete()
        return len(done)


def lock_state() -> SearchState | None:
    """Hold the index until the commit; None while somebody else writes it."""
    return (
        SearchState.objects.select_for_update(skip_locked=True, no_key=True).order_by("pk").first()
    )


def refresh(repository_ids: Collection[int], *, is_still: bool = False) -> set[int]:
    """Write the entries of these anew, inside a transaction that holds the state.

    Returns those that were left alone, because somebody is writing them.
    """
    asked = (
        Repository.objects.filter(pk__in=repository_ids).order_by("pk").values_list("pk", flat=True)
    )
    there = set(asked)
    held = there if is_still else set(asked.select_for_update(skip_locked=True, no_key=True))
    entries = entries_of(held)
    gone = set(repository_ids) - there | held - {entry.repository_id for entry in entries}
    for engine in kept():
        engine.put(entries, gone=gone)
    return there - held


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
