"""Compare the index with what it is made of: who may find it and its numbers all over, words in a sample."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from accounts.statements import run
from search.backends import slots
from search.backends.buckets import BUCKETS, bucket_ends
from search.backends.database import lexemes_kept
from search.backends.slots import Slot
from search.models import SearchState
from search.sources import entries_of, some_repositories
from search.upkeep import BATCH, apply_changes, note, refresh

SAMPLE = 2_000
_MOST = 100_000  # wrong ones that are named: where there are more the index is made anew anyway
_BAD = 0.01  # of all
_CROWDED = 4  # times as many in the first bucket as it was made for
_WRONG = """
SELECT r.id FROM index_repository r LEFT JOIN search_entry_{slot} e ON e.repository_id = r.id
WHERE r.state = 'active' AND (e.repository_id IS NULL OR e.name <> r.name OR e.stars <> r.star_count
  OR e.namespace_id <> r.namespace_id OR e.audience <> CASE
    WHEN r.last_pushed_at IS NULL OR r.visibility = 'private' THEN 2
    WHEN r.visibility = 'internal' THEN 1 ELSE 0 END)
UNION ALL
SELECT e.repository_id FROM search_entry_{slot} e LEFT JOIN index_repository r ON r.id = e.repository_id
WHERE r.id IS NULL OR r.state <> 'active'
"""


@dataclass(frozen=True, slots=True)
class Drift:
    """What a look at the index found; ids of repositories."""

    entries: int
    wrong: list[int]
    is_crowded: bool = False  # so many became popular that the buckets no longer part them

    @property
    def is_bad(self) -> bool:
        """Whether the index is better made anew than mended."""
        return self.is_crowded or len(self.wrong) > max(BATCH, self.entries * _BAD)


def check_index(*, sample: int = SAMPLE) -> Drift:
    """Return what is wrong, once all that was noted is read."""
    apply_changes(limit=10 * _MOST)
    slot = slots.live()
    found = {pk for (pk,) in run(f"{_wrong(slot)} LIMIT :most", {"most": _MOST})}
    found.update(_with_other_words(slot, sample))
    [(entries,)] = run(f"SELECT count(*) FROM search_entry_{slot.name}", {})  # noqa: S608
    return Drift(entries, sorted(found), _is_crowded(slot))


def note_wrong() -> int:
    """Note whatever changed while there were no triggers; return how many."""
    return note(_wrong(slots.live())) if SearchState.objects.exists() else 0


def _wrong(slot: Slot) -> str:
    return _WRONG.format(slot=slot.name)


def mend(drift: Drift) -> None:
    """Write what is wrong anew."""
    for start in range(0, len(drift.wrong), BATCH):
        with transaction.atomic():
            if held := slots.hold():
                refresh(drift.wrong[start : start + BATCH], held)


def _is_crowded(slot: Slot) -> bool:
    if connection.vendor == "sqlite":
        return False  # its order is in the index itself
    popularity, last = slot.bounds[0] if slot.bounds else (0, 0)
    [(entries, first)] = run(
        "SELECT count(*), count(*) FILTER (WHERE (-popularity, repository_id) <= (:popularity, :last))"  # noqa: S608
        f" FROM search_entry_{slot.name} WHERE audience = 0",
        {"popularity": popularity, "last": last},
    )
    wanted = len(list(bucket_ends(entries)))
    is_first_full = bool(slot.bounds) and first > _CROWDED * BUCKETS[0]
    return is_first_full or wanted > 2 * len(slot.bounds)


def _with_other_words(slot: Slot, sample: int) -> list[int]:
    """Return those of some repositories whose entries have other lexemes than they should.

    How often they were pulled may be behind, and is no error: it is looked for now and then.
    """
    ids = some_repositories(sample)
    kept = lexemes_kept(ids, slot)
    return [
        entry.repository_id
        for entry in entries_of(ids)
        if any(
            not one.startswith("k/")
            for one in kept.get(entry.repository_id, frozenset()) ^ entry.lexemes
        )
    ]
