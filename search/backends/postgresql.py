"""The engine in PostgreSQL: lexemes as tsvector, a partial GIN index for each audience.

Entries carry the bucket of their popularity as a lexeme (`b/0` has the most popular, the next ones more
each). "The best of a common word" becomes an intersection of two lists in the index instead of a sort of
all that have the word: a statement for each run of buckets, until the page is full. performance.md D3 has
the measurements behind it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.statements import run
from search.backends.base import Hit, Key
from search.backends.estimates import EVERYTHING, most
from search.backends.rows import (
    Conditions,
    Source,
    after_params,
    behind,
    checks_of,
    hit,
    select_few,
    select_sorted,
)
from search.backends.slots import Slot
from search.backends.tsquery import as_tsquery, with_pairs, words_needed
from search.expressions import All, AnyOf, Expression
from search.query import Sort
from search.ranking import Plan

# How many entries there are up to the end of each bucket; from the last on, as many in each.
BUCKETS = (64, 256, 1_024, 4_096, 16_384, 65_536)
_NAMED = 6  # buckets that are asked for by their lexemes
GUARD = 500  # rows that a statement fetches, before a narrower one is tried
_WANTED = 100  # rows that one should fetch
_GROWTH = 8
_FEW = 100  # rows of which each is looked at, instead of going through the classes
_FEW_NAMES = 500
_SEVERAL = 2
_TOGETHER = 3  # so many times as often as by chance words stand together
_MANY = 50_000  # entries with all of the words: too many of them have all in the name
_SELDOM = 150  # rows that are fetched from all buckets at once
_PROBED = 3  # buckets; where they hold fewer matches than this, there may be few in all:
_PROBE = 4


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan, walked through one audience from the most popular bucket to the least."""

    source: Source
    plan: Plan
    slot: Slot
    is_public: bool  # what the dictionary knows of

    def hits(self, after: Key | None, limit: int) -> Iterator[Hit]:
        """Yield the hits behind the key, best first; at least `limit` of them, if there are so many."""
        few = self._few(self.plan, after, limit) if self._may_be_few(_FEW) else None
        if few is not None:
            yield from few
            return
        seen: set[int] = set()
        for one in self._by_class(after, limit, seen):
            if one.repository_id not in seen:
                seen.add(one.repository_id)
                yield one

    def _by_class(self, after: Key | None, limit: int, seen: set[int]) -> Iterator[Hit]:
        """Yield hits until enough are seen; one of a better class may come twice."""
        tier, alone = after[0] if after else 0, 0
        while tier < len(self.plan.classes) and len(seen) < limit:
            end, whole, number = self._group(tier)
            if end > max(tier + 1, alone):
                plan = replace(self.plan.until(end - 1), whole=whole)
                start = after if after and after[0] == tier else _behind(tier - 1)
                if (few := self._few(plan, start, limit, number)) is not None:
                    yield from few
                    tier = end
                    continue
                alone = end  # they are more than was expected: class by class
            yield from self._of_class(tier, after, limit, seen)
            tier += 1

    def _group(self, tier: int) -> tuple[int, Expression, int]:
        """Return where classes end that are asked for at once from this one on, what is in them, how many."""
        end, rows, names = tier, 0, self.plan.names
        while end < len(self.plan.classes):
            rows += most(self.plan.classes[end], self.source.known)
            if rows > _FEW:
                break
            end += 1
        if tier in names and end < names.stop and self._expected(self.plan.named) <= _MANY:
            return names.stop, self.plan.named, _FEW_NAMES
        return end, All((AnyOf(self.plan.classes[tier:end]), *self.plan.conditions)), _FEW

    def _expected(self, expression: Expression) -> int:
        """Return how many will match: of several words fewer than of each, for they meet by chance."""
        entries = _entries_before(len(self.slot.bounds) + 1)
        number = most(expression, self.source.known)
        words = words_needed(expression, "ajnr")
        if len(words) < _SEVERAL:
            return number
        by_chance = entries * _TOGETHER
        for word in words:
            known = self.source.known.get(word)
            by_chance = by_chance * (known.entries if known else 0) // entries
        return min(number, by_chance)

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
        buckets = len(self.slot.bounds) + 1
        total, start = 0, 0
        width = buckets if self._may_be_few(10 * GUARD) else 2
        while start < buckets and total < limit:
            total += self._number(self.plan.whole, range(start, start + width), limit - total)
            start += width
            width = max(1, start - len(BUCKETS))
        return total

    def _few(
        self, plan: Plan, after: Key | None, limit: int, number: int = _FEW
    ) -> list[Hit] | None:
        """Return the hits, if they are so few that each row can be looked at; else None."""
        slot = self.slot.name
        return select_few(
            self.source, plan, matches, after=after, limit=limit, slot=slot, most=number
        )

    def _may_be_few(self, number: int) -> bool:
        """Guess: by what the dictionary says, or by how many there are among the most popular ones."""
        if len(self.slot.bounds) < _PROBED:
            return True
        if self.is_public:
            return most(self.plan.whole, self.source.known) <= number
        return self._number(self.plan.probe, range(_PROBED), _PROBE) < _PROBE

    def _number(self, expression: Expression, buckets: range, limit: int) -> int:
        asked = self._asked(expression, buckets)
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
        buckets = len(self.slot.bounds) + 1
        start = self._first_bucket(expression, after)
        width = self._first_width(expression, buckets, after)
        while start < buckets:
            end = min(start + width, buckets)
            guard = GUARD if end - start > 1 else EVERYTHING
            rows, count = self._run(expression, range(start, end), after, limit, guard)
            if count > guard:
                width = max(1, width // _GROWTH)
                continue
            yield rows, count
            width, start = _next_width(start, end, count), end

    def _first_bucket(self, expression: Expression, after: Key | None) -> int:
        """Return where to begin: behind the key, and not before the best entry with each of the words."""
        if after is not None:
            return bisect_left(self.slot.bounds, (after[1], after[2]))
        if not self.is_public:
            return 0
        known = (self.source.known.get(word) for word in words_needed(expression, "ajnx"))
        best = min((one.best for one in known if one), default=None)
        return 0 if best is None else bisect_left(self.slot.bounds, (-best, 0))

    def _first_width(self, expression: Expression, buckets: int, after: Key | None) -> int:
        """Return how many buckets to ask for first: so many that a page is in them, by what is known."""
        expected = self._expected(expression)
        if expected <= _SELDOM:
            return buckets
        if after is not None or self.plan.is_everything:
            return 1
        wanted = _entries_before(buckets) * _WANTED // expected
        return max(_PROBED, bisect_right(BUCKETS, wanted))

    def _run(
        self, expression: Expression, buckets: range, after: Key | None, limit: int, guard: int
    ) -> tuple[list[Any], int]:
        asked = self._asked(expression, buckets)
        if after is not None:
            asked.ask(behind(Sort.BEST), **after_params(after, Sort.BEST))
            asked.params.pop("after_tier")
        found = run(
            "WITH found AS MATERIALIZED (SELECT e.repository_id AS id, e.popularity AS place, e.marks"  # noqa: S608
            f" FROM search_entry_{self.slot.name} e WHERE {asked} LIMIT :guard)"
            " SELECT id, place, marks, (SELECT count(*) FROM found) FROM found"
            " ORDER BY place DESC, id LIMIT :limit",
            asked.params | {"guard": guard + 1, "limit": max(limit, 1)},
        )
        return found[:limit], found[0][3] if found else 0

    def _asked(self, expression: Expression, buckets: range) -> Conditions:
        asked = self.source.asked.copy()
        if 0 < len(buckets) <= _NAMED:
            expression = All((expression, AnyOf(tuple(f"b/{bucket}" for bucket in buckets))))
        else:  # so many lists cost more than to look at the rows
            asked.join(self._between(buckets))
        asked.join(matches(expression, "query"))
        asked.join(checks_of(self.plan.checks))
        return asked

    def _between(self, buckets: range) -> Conditions:
        asked, bounds = Conditions(), self.slot.bounds
        place = "(-e.popularity, e.repository_id)"
        if buckets.start:
            first, one = bounds[buckets.start - 1]
            asked.ask(f"{place} > (:first_place, :first_id)", first_place=first, first_id=one)
        if buckets.stop <= len(bounds):
            last, one = bounds[buckets.stop - 1]
            asked.ask(f"{place} <= (:last_place, :last_id)", last_place=last, last_id=one)
        return asked


def _behind(tier: int) -> Key:
    """Return a key behind all of a class."""
    return tier, 1, 0


def _next_width(start: int, end: int, count: int) -> int:
    """Return how many buckets to ask for next, by what the last ones held."""
    read = _entries_before(end) - _entries_before(start)
    wanted = min(_GROWTH * read, _WANTED * read // count) if count else _GROWTH * read
    width = 1
    while _entries_before(end + width) - _entries_before(end) < wanted:
        width += 1
    return width


def _entries_before(bucket: int) -> int:
    """Return how many entries are in the buckets before it."""
    if bucket <= len(BUCKETS):
        return BUCKETS[bucket - 1] if bucket else 0
    return BUCKETS[-1] * (bucket - len(BUCKETS) + 1)


def bucket_ends(entries: int) -> Iterator[int]:
    """Yield how many entries come before the end of each bucket but the last."""
    yield from (end for end in BUCKETS if end < entries)
    yield from range(2 * BUCKETS[-1], entries, BUCKETS[-1])


def prepared(plan: Plan, slot: Slot) -> Plan:
    """Return the same plan, which asks for two frequent words as for one."""
    classes = tuple(with_pairs(one, slot.frequent) for one in plan.classes)
    asked = (plan.whole, plan.probe, plan.named)
    whole, probe, named = (with_pairs(one, slot.frequent) for one in asked)
    return replace(plan, classes=classes, whole=whole, probe=probe, named=named)


def matches(expression: Expression, name: str) -> Conditions:
    """Return how a row is asked for the expression."""
    return Conditions([f"e.lexemes @@ CAST(:{name} AS tsquery)"], {name: as_tsquery(expression)})


def _read_anyway(expression: Expression, name: str) -> Conditions:
    """Return the same in words that no index understands: rows are read in their order, not found first."""
    condition = matches(expression, name)
    condition.texts = [f"({condition}) IS TRUE"]
    return condition
