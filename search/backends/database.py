"""The engine in the site's own database: the same classes, order and entries in both.

What is for everyone (or for whoever is signed in) is walked through by the index of its audience. What is
one's own is read by namespace and grant, without those indexes: so nobody's search costs more because of
what others keep private (case 23).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from heapq import merge
from itertools import islice
from types import ModuleType
from typing import Any

from django.db import connection

from index.batches import moment, run_for_rows
from search import dictionary
from search.backends import postgresql, slots, sqlite, tsquery
from search.backends.base import Hit, Key, Reach
from search.backends.estimates import least
from search.backends.rows import Conditions, Source, among, as_list, count, limits_of, select
from search.backends.slots import Slot
from search.dictionary import Known
from search.documents import Audience, Entry
from search.expressions import words_in
from search.query import Sort
from search.ranking import Plan

_OFTEN = 50_000  # entries with a word, and the first in an order of their own are met soon


class DatabaseSearch:
    """A SearchBackend."""

    def find(self, reach: Reach, plan: Plan, *, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind the key, best first."""
        slot = slots.live()
        known = dictionary.look_up(words_in(plan.whole), slot.name)
        found: list[Iterable[Hit]] = []
        for audience, source in _audiences(reach, known):
            walk = _walk(source, plan, slot, audience)
            if plan.sort is Sort.BEST:
                found.append(walk.hits(after, limit))
            else:
                is_frequent = plan.is_everything or least(plan.whole, known) >= _OFTEN
                found.append(walk.in_order(after, limit, is_frequent=is_frequent))
        if reach.has_own:
            found.append(_rows(Source(_own(reach), known), plan, after, limit, slot))
        return list(islice(merge(*found, key=lambda hit: hit.key), limit))

    def count(self, reach: Reach, plan: Plan, *, limit: int) -> int:
        """Return how many there are, or `limit` if there are as many or more."""
        slot, dialect = slots.live(), _dialect()
        known = dictionary.look_up(words_in(plan.whole), slot.name)
        total = 0
        if not plan.checks and least(plan.whole, known) >= limit:
            return limit
        for audience, source in _audiences(reach, known):
            total += _walk(source, plan, slot, audience).count(limit - total)
            if total >= limit:
                return limit
        if reach.has_own:
            own = Source(_own(reach), known)
            total += count(own, plan, dialect.matches, limit=limit - total, slot=slot.name)
        return min(total, limit)

    def put(self, entries: Iterable[Entry], *, gone: Collection[int] = ()) -> None:
        """Write entries anew in every slot that is kept up to date, and take out what is gone."""
        entries = list(entries)
        for slot in slots.written():
            replace(entries, gone, slot)


def replace(entries: list[Entry], gone: Collection[int], slot: Slot) -> None:
    """Write entries anew in one slot, and keep its dictionary in step."""
    changing = sorted({*gone, *(entry.repository_id for entry in entries)})
    before = map(dictionary.words_among, lexemes_kept(changing, slot, public=True).values())
    lost = list(before)
    run_for_rows(
        f"DELETE FROM search_entry_{slot.name} WHERE repository_id {{among_ids}}",  # noqa: S608
        changing,
    )
    insert(entries, slot)
    added = [
        (entry.popularity, dictionary.words_among(entry.lexemes))
        for entry in entries
        if entry.audience is Audience.EVERYONE
    ]
    changed = dictionary.difference(lost, (words for _, words in added))
    best = dictionary.best_of(
        (entry.popularity, _words_of(entry))
        for entry in entries
        if entry.audience is Audience.EVERYONE
    )
    dictionary.change_counts(changed, slot.name)
    dictionary.raise_best(best, slot.name)


def _words_of(entry: Entry) -> set[str]:
    return {one[2:] for one in entry.lexemes if one.startswith("a/")}


def insert(entries: list[Entry], slot: Slot) -> set[int]:
    """Write entries and return which were not there yet; the dictionary stays as it is."""
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
        [_row(entry, lexemes_of(entry, slot)) for entry in entries],
    )
    return {repository_id for (repository_id,) in written}


def _row(entry: Entry, lexemes: str) -> tuple[Any, ...]:
    return (
        entry.repository_id, entry.namespace_id, entry.audience, str(moment(entry.pushed_at)),
        entry.popularity, entry.stars, entry.pulls, entry.name, entry.text, entry.marks, lexemes,
    )  # fmt: skip


def lexemes_kept(
    repository_ids: Collection[int], slot: Slot, *, public: bool = False
) -> dict[int, frozenset[str]]:
    """Return the lexemes of these entries, without what an engine added; only of `public` ones if asked."""
    is_text = connection.vendor == "sqlite"
    column = "lexemes" if is_text else "array_to_string(tsvector_to_array(lexemes), ' ')"
    found = run_for_rows(
        f"SELECT repository_id, {column} FROM search_entry_{slot.name}"  # noqa: S608
        f" WHERE repository_id {{among_ids}} {'AND audience = 0' if public else ''}",
        list(repository_ids),
    )
    return {
        repository_id: frozenset(one for one in lexemes.split() if one[0] not in tsquery.ADDED)
        for repository_id, lexemes in found
    }


def _audiences(reach: Reach, known: dict[str, Known]) -> Iterator[tuple[Audience, Source]]:
    for audience in reach.audiences:
        asked = Conditions([f"e.audience = {audience:d}"])
        if audience is not Audience.EVERYONE:
            asked.join(limits_of(reach.limits))
        yield audience, Source(asked, known)


def _own(reach: Reach) -> Conditions:
    """Return the condition of what is found because it is one's own."""
    asked = Conditions([f"e.audience = {Audience.ITS_PEOPLE:d}"])
    asked.ask(
        f"(e.namespace_id {among('namespaces')} OR e.repository_id {among('repositories')})",
        namespaces=as_list(reach.namespaces),
        repositories=as_list(reach.repositories),
    )
    asked.join(limits_of(reach.limits))
    return asked


def _rows(source: Source, plan: Plan, after: Key | None, limit: int, slot: Slot) -> list[Hit]:
    return select(source, plan, _dialect().matches, after=after, limit=limit, slot=slot.name)


def _walk(source: Source, plan: Plan, slot: Slot, audience: Audience) -> Any:
    if connection.vendor == "sqlite":
        return sqlite.Walk(source, plan, slot, audience)
    return postgresql.Walk(source, plan, slot, is_public=audience is Audience.EVERYONE)


def _dialect() -> ModuleType:
    return sqlite if connection.vendor == "sqlite" else postgresql
