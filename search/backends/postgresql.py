"""The engine in PostgreSQL: lexemes as tsvector, a partial GIN index for each audience.

Entries carry the bucket of their popularity as a lexeme (`b/0` has the most popular, the next ones more
each). "The best of a common word" becomes an intersection of two lists in the index instead of a sort of
all that have the word: a statement for each run of buckets, until the page is full. performance.md D3 has
the measurements behind it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.statements import run
from search.backends import buckets
from search.backends.base import Hit, Key
from search.backends.buckets import lexemes_between
from search.backends.estimates import EVERYTHING, counts_needed, expected, first_page, most
from search.backends.rows import (
    Conditions,
    Source,
    after_params,
    behind,
    checks_of,
    hit,
    matching,
    select_sorted,
)
from search.backends.slots import Slot
from search.backends.tsquery import as_tsquery, with_pairs
from search.expressions import All, AnyOf, Expression, lexemes_in
from search.query import Sort
from search.ranking import Plan

GUARD = 500  # rows that a statement fetches, before a narrower one is tried
_WANTED = 100  # rows that one should fetch
_GROWTH = 8
_PAIR = 2
_NAMED = 6  # buckets
_SELDOM = 400  # rows that are fetched from all buckets at once
_LOOKED_AT = 1_000  # rows with the words, of which each is looked at rather than lists of buckets
_LOOKED_AT_MOST = 3 * _LOOKED_AT  # where there were more than expected
# Entries with one of several words: from so short a list it is quick to where they meet.
_RARE = 8_000
_PROBED = 3  # buckets; where they hold fewer matches than this, there may be few in all:
_PROBE = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan, walked through one audience from the most popular bucket to the least."""

    source: Source
    plan: Plan
    slot: Slot
    is_public: bool  # what the dictionary knows of

    @property
    def _buckets(self) -> int:
        return len(self.slot.bounds) + 1

    def hits(self, after: Key | None, limit: int) -> Iterator[Hit]:
        """Yield the hits behind the key, best first; at least `limit` of them, if there are so many."""
        seen: set[int] = set()
        for one in self._by_class(after, limit, seen):
            if one.repository_id not in seen:
                seen.add(one.repository_id)
                yield one

    def _by_class(self, after: Key | None, limit: int, seen: set[int]) -> Iterator[Hit]:
        """Yield hits until enough are seen; one of a better class may come twice."""
        tier, alone = after[0] if after else 0, -1
        are_few = not self.is_public and self._may_be_few(_LOOKED_AT)
        while tier < len(self.plan.classes) and len(seen) < limit:
            few = range(tier, self._end_of_few(tier, alone, are_few=are_few))
            if not few:
                yield from self._of_class(tier, after, limit, seen)
                tier += 1
                continue
            tier = few.stop
            for *row, number in self._few(few, after, limit, seen):
                if number > _LOOKED_AT_MOST:  # they are more than was expected: by buckets
                    tier = alone = row[3]
                    break
                yield hit(tuple(row), Sort.BEST)

    def _end_of_few(self, tier: int, alone: int, *, are_few: bool) -> int:
        """Return where the classes end, from this one on, of which each row can be looked at."""
        while tier < len(self.plan.classes) and tier != alone:
            if not are_few and self._expected(self.plan.tier(tier, alone=True)) > _LOOKED_AT:
                break
            tier += 1
        return tier

    def _few(self, classes: range, after: Key | None, limit: int, seen: set[int]) -> list[Any]:
        """Return the best rows of these classes, and how many there are of each.

        One statement, which asks for a class only where those before it do not fill the page.
        """
        params: dict[str, Any] = {"limit": limit - len(seen), "most": _LOOKED_AT_MOST + 1}
        parts = []
        for tier in classes:
            asked = self._asked_few(tier, after, seen)
            before = f"found{tier - 1}"
            if tier > classes.start:
                asked.ask(f"(SELECT count(*) FROM {before}) < :limit")  # noqa: S608
                asked.ask(f"NOT e.repository_id IN (SELECT id FROM {before})")  # noqa: S608
            params |= asked.params
            rows = (
                f"(SELECT id, place, marks, {tier} AS tier, count(*) OVER () AS number FROM"  # noqa: S608
                " (SELECT e.repository_id AS id, e.popularity AS place, e.marks"
                f" FROM search_entry_{self.slot.name} e WHERE {asked} LIMIT :most) AS few"
                " ORDER BY place DESC, id LIMIT :limit)"
            )
            if tier > classes.start:
                rows = f"SELECT * FROM {before} UNION ALL {rows}"  # noqa: S608
            parts.append(f"found{tier} AS MATERIALIZED ({rows})")
        return run(
            f"WITH {', '.join(parts)} SELECT * FROM found{classes[-1]}"  # noqa: S608
            " ORDER BY tier, place DESC, id LIMIT :limit",
            params,
        )

    def _asked_few(self, tier: int, after: Key | None, seen: set[int]) -> Conditions:
        asked = self.source.asked.copy()
        asked.join(matches(self.plan.tier(tier, alone=after is None), f"class{tier}_"))
        checks = self.plan.checks
        if seen:
            checks = replace(checks, seen=(*checks.seen, *sorted(seen)))
        asked.join(checks_of(checks))
        if after and tier == after[0]:
            asked.join(_behind_it(after))
        return asked

    def _expected(self, expression: Expression) -> int:
        return expected(expression, self.source.known, buckets.entries_before(self._buckets))

    def _of_class(self, tier: int, after: Key | None, limit: int, seen: set[int]) -> Iterator[Hit]:
        # Whoever begins with the first class has seen all of those before; that is quicker than to ask.
        expression = self.plan.tier(tier, alone=after is None)
        start = after if after and tier == after[0] else None
        for rows, _ in self._runs(expression, start, limit + (0 if after else len(seen))):
            yield from (hit((*row[:3], tier), Sort.BEST) for row in rows)
            if len(seen) >= limit:
                return

    def in_order(self, after: Key | None, limit: int, *, is_frequent: bool) -> list[Hit]:
        """Return the hits behind the key in the order of a column."""
        return select_sorted(
            self.source,
            self.plan,
            _read_anyway if is_frequent else matches,
            after=after,
            limit=limit,
            slot=self.slot.name,
        )

    def count(self, limit: int) -> int:
        """Return how many there are, `limit` at most."""
        total, start = 0, 0
        width = self._buckets if self._may_be_few(10 * GUARD) else 2
        while start < self._buckets and total < limit:
            end = min(start + width, self._buckets)
            total += self._number(self.plan.whole, range(start, end), limit - total)
            start, width = end, max(1, end - len(buckets.BUCKETS))
        return total

    def rows(self) -> Conditions:
        """Return what selects something for each row that matches."""
        return matching(self.source, self.plan, matches, slot=self.slot.name)

    def _may_be_few(self, number: int) -> bool:
        """Guess: by what the dictionary says, or by how many there are among the most popular ones."""
        if len(self.slot.bounds) < _PROBED:
            return True
        if self.is_public:
            return most(self.plan.whole, self.source.known) <= number
        return self._number(self.plan.probe, range(_PROBED), _PROBE) < _PROBE

    def _number(self, expression: Expression, asked_for: range, limit: int) -> int:
        asked = self._asked(expression, asked_for)
        [(number,)] = run(
            f"SELECT count(*) FROM (SELECT FROM search_entry_{self.slot.name} e WHERE {asked}"  # noqa: S608
            " LIMIT :limit) AS found",
            asked.params | {"limit": limit},
        )
        return int(number)

    def _runs(
        self, expression: Expression, after: Key | None, limit: int
    ) -> Iterator[tuple[list[Any], int]]:
        """Yield, for one run of buckets after the other, the best rows and how many there are."""
        first = self._first_run(expression, after)
        start, end = first.start, first.stop
        while start < self._buckets:
            guard = GUARD if end - start > 1 else EVERYTHING
            rows, count = self._run(expression, range(start, end), after, limit, guard)
            if count > guard:  # mostly because of the last one: what is frequent may begin there
                is_first = range(start, end) == first
                end = end - 1 if is_first else start + max(1, (end - start) // _GROWTH)
                continue
            yield rows, count
            width = buckets.next_width(start, end, count, wanted=_WANTED, growth=_GROWTH)
            start, most_of_it = end, first.stop if end < first.stop else self._buckets
            end = min(start + width, most_of_it)

    def _first_run(self, expression: Expression, after: Key | None) -> range:
        """Return where to begin, and so many buckets that a page is in them, by what is known."""
        bounds = self.slot.bounds
        if after is not None:
            start = buckets.bucket_of(-int(after[1]), bounds, after[2])
            return range(start, start + 1)
        best, page = first_page(expression, self.source.known)
        start = buckets.bucket_of(best, bounds) if self.is_public else 0
        number = self._expected(expression)
        if number <= _SELDOM:
            return range(start, self._buckets)
        if self.plan.is_everything:
            return range(start, start + 1)
        end = buckets.bucket_of(page, bounds) + 1 if page and self.is_public else 0
        if not end or len(counts_needed(expression, self.source.known)) > 1:
            wanted = buckets.entries_before(self._buckets) * _WANTED // number
            end = max(end, start + _PROBED, start + buckets.buckets_with(wanted))
        return range(start, min(max(end, start + 1), self._buckets))

    def _run(
        self, expression: Expression, asked_for: range, after: Key | None, limit: int, guard: int
    ) -> tuple[list[Any], int]:
        asked = self._asked(expression, asked_for)
        if after is not None:
            asked.join(_behind_it(after))
        found = run(
            "WITH found AS MATERIALIZED (SELECT e.repository_id AS id, e.popularity AS place, e.marks"  # noqa: S608
            f" FROM search_entry_{self.slot.name} e WHERE {asked} LIMIT :guard)"
            " SELECT id, place, marks, (SELECT count(*) FROM found) FROM found"
            " ORDER BY place DESC, id LIMIT :limit",
            asked.params | {"guard": guard + 1, "limit": max(limit, 1)},
        )
        return found[:limit], found[0][3] if found else 0

    def _asked(self, expression: Expression, asked_for: range) -> Conditions:
        asked = self.source.asked.copy()
        if self._are_named(expression, asked_for):
            expression = All((expression, AnyOf(lexemes_between(asked_for))))
        else:
            asked.join(self._between(asked_for))
        asked.join(matches(expression, "query"))
        asked.join(checks_of(self.plan.checks))
        return asked

    def _are_named(self, expression: Expression, asked_for: range) -> bool:
        """Whether to ask for buckets by lexemes: their long lists cost more than to look at few rows."""
        number = self._expected(expression)
        if number <= _LOOKED_AT:
            return False
        counts = counts_needed(expression, self.source.known)
        if len(counts) <= 1:
            return number < EVERYTHING or len(asked_for) <= _NAMED
        return len(asked_for) <= _NAMED and min(counts) > _RARE

    def _between(self, asked_for: range) -> Conditions:
        asked, bounds = Conditions(), self.slot.bounds
        place = "(-e.popularity, e.repository_id)"
        if asked_for.start:
            first, one = bounds[asked_for.start - 1]
            asked.ask(f"{place} > (:first_place, :first_id)", first_place=first, first_id=one)
        if asked_for.stop <= len(bounds):
            last, one = bounds[asked_for.stop - 1]
            asked.ask(f"{place} <= (:last_place, :last_id)", last_place=last, last_id=one)
        return asked


def _behind_it(after: Key) -> Conditions:
    """Return the condition of what comes after a key in its own class."""
    params = after_params(after, Sort.BEST)
    del params["after_tier"]
    return Conditions([behind(Sort.BEST)], params)


def prepared(plan: Plan, slot: Slot) -> Plan:
    """Return the same plan, which asks for two frequent words as for one."""
    words = {one[2:] for one in lexemes_in(AnyOf((plan.whole, *plan.classes)))}
    if len(words & slot.frequent) < _PAIR:
        return plan
    classes = tuple(with_pairs(one, slot.frequent) for one in plan.classes)
    whole, probe = (with_pairs(one, slot.frequent) for one in (plan.whole, plan.probe))
    return replace(plan, classes=classes, whole=whole, probe=probe)


def matches(expression: Expression, name: str) -> Conditions:
    """Return how a row is asked for the expression."""
    return Conditions([f"e.lexemes @@ CAST(:{name} AS tsquery)"], {name: as_tsquery(expression)})


def _read_anyway(expression: Expression, name: str) -> Conditions:
    """Return the same in words that no index understands: rows are read in their order, not found first."""
    condition = matches(expression, name)
    condition.texts = [f"({condition}) IS TRUE"]
    return condition
