"""The engine in the site's own database: the same classes, order and entries in both.

What is for everyone (or for whoever is signed in) is walked through by the index of its audience. What is
one's own is read by namespace and grant, without those indexes: so nobody's search costs more because of
what others keep private (case 23).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import compress, islice
from types import ModuleType
from typing import Any

from django.db import connection

from index.batches import moment, run_for_rows
from search import dictionary
from search.backends import postgresql, slots, sqlite, tsquery
from search.backends.base import Hit, Key, Reach
from search.backends.estimates import keys_in, least, most
from search.backends.own import Own
from search.backends.rows import Conditions, Source, filled, limits_of
from search.backends.slots import Slot
from search.dictionary import Known
from search.documents import Audience, Entry
from search.expressions import AnyOf
from search.query import Sort
from search.ranking import Plan

_OFTEN = 50_000  # entries with a word, and the first in an order of their own are met soon


class DatabaseSearch:
    """A SearchBackend."""

    def find(self, reach: Reach, plan: Plan, *, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind the key, best first."""
        slot = slots.live()
        plan = _dialect().prepared(plan, slot)
        known = _known(plan, slot)
        found: list[Hit] = []
        audiences, has_own = _filled(reach, plan, known, slot)
        for audience, source in audiences:
            walk = _walk(source, plan, slot, audience)
            if plan.sort is Sort.BEST:
                more: Iterable[Hit] = walk.hits(after, limit)
            else:
                is_frequent = plan.is_everything or least(plan.whole, known) >= _OFTEN
                more = walk.in_order(after, limit, is_frequent=is_frequent)
            found = _best(found, more, limit)
            plan = _better_than(found, plan, limit)
        if has_own:
            own = Own(reach, plan, known, slot.name, _dialect().matches)
            found = _best(found, own.hits(after, limit), limit)
        return found

    def count(self, reach: Reach, plan: Plan, *, limit: int) -> int:
        """Return how many there are, or `limit` if there are as many or more."""
        slot = slots.live()
        plan = _dialect().prepared(plan, slot)
        known = _known(plan, slot)
        total = 0
        if not plan.checks and least(plan.whole, known) >= limit:
            return limit
        for audience, source in _audiences(reach, known):
            total += _walk(source, plan, slot, audience).count(limit - total)
            if total >= limit:
                return limit
        if reach.has_own:
            own = Own(reach, plan, known, slot.name, _dialect().matches)
            total += own.count(limit - total)
        return min(total, limit)

    def put(
        self, entries: Sequence[Entry], held: Sequence[Slot], *, gone: Collection[int] = ()
    ) -> None:
        """Write entries anew in every slot that is kept up to date, and take out what is gone."""
        for slot in held:
            replace(entries, gone, slot)


def replace(entries: Sequence[Entry], gone: Collection[int], slot: Slot) -> None:
    """Write entries anew in one slot, and keep its dictionary in step."""
    before = _taken_out({*gone, *(entry.repository_id for entry in entries)}, slot)
    insert(entries, slot)
    public = [entry for entry in entries if entry.audience is Audience.EVERYONE]
    lost = (dictionary.counted_in(lexemes, slot.frequent) for _, lexemes in before.values())
    added = (dictionary.counted_in(entry.lexemes, slot.frequent) for entry in public)
    dictionary.change_counts(dictionary.difference(lost, added), slot.name)
    if connection.vendor != "sqlite":  # its order is in the index itself
        dictionary.raise_best(dictionary.best_of(_risen(public, before)), slot.name)


def _taken_out(
    repository_ids: Collection[int], slot: Slot
) -> dict[int, tuple[int, frozenset[str]]]:
    """Take entries out; return popularity and lexemes of those that were public."""
    found = run_for_rows(
        f"DELETE FROM search_entry_{slot.name} WHERE repository_id {{among_ids}}"  # noqa: S608
        f" RETURNING repository_id, popularity, {_lexemes_as_text()}, audience",
        sorted(repository_ids),
    )
    return {
        repository_id: (popularity, _without_added(lexemes))
        for repository_id, popularity, lexemes, audience in found
        if audience == Audience.EVERYONE
    }


def _risen(
    entries: list[Entry], before: Mapping[int, tuple[int, frozenset[str]]]
) -> Iterator[tuple[int, frozenset[str]]]:
    """Yield the popularity of each entry, and the lexemes that had none so popular of it before."""
    for entry in entries:
        popularity, lexemes = before.get(entry.repository_id, (-1, frozenset()))
        yield (
            entry.popularity,
            (entry.lexemes - lexemes if popularity >= entry.popularity else entry.lexemes),
        )


def insert(entries: Sequence[Entry], slot: Slot) -> set[int]:
    """Write entries and return which were not there yet; the dictionary stays as it is.

    The most popular first: where the next one comes before the last, FTS5 writes a segment of its own for it.
    """
    lexemes_of = sqlite.lexemes_of if connection.vendor == "sqlite" else tsquery.lexemes_of
    kind = "tsvector" if connection.vendor == "postgresql" else "text"
    written = run_for_rows(
        f"INSERT INTO search_entry_{slot.name} (repository_id, namespace_id, audience, pushed_at,"  # noqa: S608
        " popularity, stars, pulls, name, text, marks, lexemes)"
        " SELECT CAST(value ->> 0 AS bigint), CAST(value ->> 1 AS bigint),"
        " CAST(value ->> 2 AS smallint), {moment}, CAST(value ->> 4 AS smallint),"
        " CAST(value ->> 5 AS integer), CAST(value ->> 6 AS bigint), value ->> 7, value ->> 8,"
        f" value ->> 9, CAST(value ->> 10 AS {kind}) FROM {{rows}} WHERE true"
        " ON CONFLICT DO NOTHING RETURNING repository_id",
        [
            _row(entry, lexemes_of(entry, slot))
            for entry in sorted(entries, key=lambda one: (-one.popularity, one.repository_id))
        ],
    )
    return {repository_id for (repository_id,) in written}


def _row(entry: Entry, lexemes: str) -> tuple[Any, ...]:
    return (
        entry.repository_id, entry.namespace_id, entry.audience, str(moment(entry.pushed_at)),
        entry.popularity, entry.stars, entry.pulls, entry.name, entry.text, entry.marks, lexemes,
    )  # fmt: skip


def lexemes_kept(repository_ids: Collection[int], slot: Slot) -> dict[int, frozenset[str]]:
    """Return the lexemes of these entries, without what an engine added."""
    found = run_for_rows(
        f"SELECT repository_id, {_lexemes_as_text()} FROM search_entry_{slot.name}"  # noqa: S608
        " WHERE repository_id {among_ids}",
        list(repository_ids),
    )
    return {repository_id: _without_added(lexemes) for repository_id, lexemes in found}


def _lexemes_as_text() -> str:
    is_text = connection.vendor == "sqlite"
    return "lexemes" if is_text else "array_to_string(tsvector_to_array(lexemes), ' ')"


def _without_added(lexemes: str) -> frozenset[str]:
    return frozenset(one for one in lexemes.split() if one[0] not in tsquery.ADDED)


def _audiences(reach: Reach, known: dict[str, Known]) -> Iterator[tuple[Audience, Source]]:
    for audience in reach.audiences:
        asked = Conditions([f"e.audience = {audience:d}"])
        if audience is not Audience.EVERYONE:
            asked.join(limits_of(reach.limits))
        yield audience, Source(asked, known)


def _filled(
    reach: Reach, plan: Plan, known: dict[str, Known], slot: Slot
) -> tuple[list[tuple[Audience, Source]], bool]:
    """Return whose entries are asked for, and whether one's own are.

    Of words that no public entry has, one statement tells where there are any: else each audience would
    be asked, by SQLite class by class.
    """
    audiences = list(_audiences(reach, known))
    if most(plan.whole, known):
        return audiences, reach.has_own
    asked = [_walk(source, plan, slot, audience).rows() for audience, source in audiences]
    if reach.has_own:
        asked.append(Own(reach, plan, known, slot.name, _dialect().matches).rows("1"))
    found = filled(asked)
    return list(compress(audiences, found)), reach.has_own and found[-1]


def _known(plan: Plan, slot: Slot) -> dict[str, Known]:
    return dictionary.look_up(keys_in(AnyOf((plan.whole, *plan.classes))), slot.name)


def _best(found: list[Hit], more: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the first ones of both, which are sorted."""
    return list(islice(merge(found, more, key=lambda hit: hit.key), limit))


def _better_than(found: list[Hit], plan: Plan, limit: int) -> Plan:
    """Return what is still to be asked for: of the page that is full already nothing worse than its last."""
    if plan.sort is not Sort.BEST or len(found) < limit:
        return plan
    return plan.until(found[-1].key[0])


def _walk(source: Source, plan: Plan, slot: Slot, audience: Audience) -> Any:
    if connection.vendor == "sqlite":
        return sqlite.Walk(source, plan, slot, audience)
    return postgresql.Walk(source, plan, slot, is_public=audience is Audience.EVERYONE)


def _dialect() -> ModuleType:
    return sqlite if connection.vendor == "sqlite" else postgresql
