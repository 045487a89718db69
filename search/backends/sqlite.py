"""The engine in SQLite: FTS5, a table for each audience, whose rowid is the order.

The most popular entry has the smallest rowid, so the best of a class are the first that the index comes
upon, and reading ends when the page is full; bm25 would have to look at every match (performance.md D2).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from accounts.statements import run
from search.backends.base import Hit, Key
from search.backends.rows import Conditions, Source, checks_of, select_sorted
from search.backends.slots import Slot
from search.documents import Entry
from search.expressions import All, AnyOf, Expression, Not, Prefix
from search.popularity import MOST_POPULAR
from search.ranking import Plan

_BITS = 40  # of a rowid for the repository's id
_ID = (1 << _BITS) - 1


@dataclass(frozen=True, slots=True)
class Walk:
    """A plan, walked through one audience in the order of its index."""

    source: Source
    plan: Plan
    slot: Slot
    audience: int

    def hits(self, after: Key | None, limit: int) -> Iterator[Hit]:
        """Yield the hits behind the key, best first; at least `limit` of them, if there are so many."""
        seen: set[int] = set()
        for tier in range(after[0] if after else 0, len(self.plan.classes)):
            # Whoever begins with the first class has seen all of those before; that is quicker than to ask.
            expression = self.plan.tier(tier, alone=after is None)
            start = _place(after) if after and tier == after[0] else -1
            for place, marks in self._rows(expression, start, limit + len(seen)):
                if (identity := place & _ID) not in seen:
                    seen.add(identity)
                    yield Hit((tier, (place >> _BITS) - MOST_POPULAR, identity), marks)
            if len(seen) >= limit:
                return

    def in_order(self, after: Key | None, limit: int, *, is_frequent: bool) -> list[Hit]:
        """Return the hits behind the key in the order of a column."""
        slot = self.slot.name
        if is_frequent:  # rows are read in their order, not found first
            return select_sorted(
                self.source, self.plan, matches, after=after, limit=limit, slot=slot
            )
        found = f"SELECT rowid & {_ID} FROM {self._full} WHERE {self._full} MATCH :match"  # noqa: S608

        def by_index(expression: Expression, _name: str) -> Conditions:
            return Conditions([f"e.repository_id IN ({found})"], {"match": as_match(expression)})

        return select_sorted(self.source, self.plan, by_index, after=after, limit=limit, slot=slot)

    def count(self, limit: int) -> int:
        """Return how many there are, `limit` at most."""
        rows = self.rows()
        found = run(
            f"SELECT count(*) FROM ({rows} LIMIT :limit)",  # noqa: S608
            rows.params | {"limit": limit},
        )
        return int(found[0][0])

    def rows(self) -> Conditions:
        """Return what selects something for each row that matches."""
        asked = self._asked(self.plan.whole)
        return Conditions([f"SELECT 1 FROM {self._tables()} WHERE {asked}"], asked.params)  # noqa: S608

    def _rows(self, expression: Expression, start: int, limit: int) -> list[Any]:
        asked = self._asked(expression)
        return run(
            f"SELECT f.rowid, e.marks FROM {self._tables()} WHERE {asked} AND f.rowid > :start"  # noqa: S608
            " ORDER BY f.rowid LIMIT :limit",
            asked.params | {"start": start, "limit": limit},
        )

    @property
    def _full(self) -> str:
        return f"search_full_{self.slot.name}{self.audience:d}"

    def _tables(self) -> str:
        # The order is the index's; CROSS JOIN keeps SQLite from beginning with the entries.
        return f"{self._full} f CROSS JOIN search_entry_{self.slot.name} e ON e.repository_id = f.rowid & {_ID}"

    def _asked(self, expression: Expression) -> Conditions:
        asked = self.source.asked.copy()
        asked.ask(f"{self._full} MATCH :match", match=as_match(expression))
        asked.join(checks_of(self.plan.checks))
        return asked


def prepared(plan: Plan, _slot: Slot) -> Plan:
    """Return the plan as this engine asks for it: as it is."""
    return plan


def as_match(expression: Expression) -> str:
    """Return the expression as FTS5 reads it."""
    match expression:
        case str():
            return _quoted(expression)
        case Prefix(beginning):
            return f"{_quoted(beginning)} *"
        case Not(part):
            return f"({_ALWAYS} NOT {as_match(part)})"
        case AnyOf(parts):
            return f"({' OR '.join(map(as_match, parts)) or _NEVER})"
        case All(parts):
            wanted = [as_match(part) for part in parts if not isinstance(part, Not)] or [_ALWAYS]
            unwanted = [as_match(part.part) for part in parts if isinstance(part, Not)]
            found = f"({' AND '.join(wanted)})"
            return f"({found} NOT ({' OR '.join(unwanted)}))" if unwanted else found


_ALWAYS = '("d/0" OR "d/1")'
_NEVER = '"never"'


def matches(expression: Expression, name: str) -> Conditions:
    """Return how a row is asked for the expression, where no index is."""
    asked = Conditions()
    asked.texts.append(_in_row(expression, name, asked.params))
    return asked


def _in_row(expression: Expression, name: str, params: dict[str, Any]) -> str:
    match expression:
        case Not(part):
            return f"NOT {_in_row(part, name, params)}"
        case All(parts):
            return f"({' AND '.join(_in_row(part, name, params) for part in parts) or '1'})"
        case AnyOf(parts):
            return f"({' OR '.join(_in_row(part, name, params) for part in parts) or '0'})"
        case Prefix(beginning):
            return _has(f" {beginning}", name, params)
        case str():
            return _has(f" {expression} ", name, params)


def _has(text: str, name: str, params: dict[str, Any]) -> str:
    number = f"{name}{len(params)}"
    params[number] = text
    return f"instr(e.lexemes, :{number})"


def lexemes_of(entry: Entry, slot: Slot) -> str:
    """Return the entry's lexemes, a blank around each."""
    return f" {' '.join(sorted(entry.lexemes))} "


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace('"', '""')
    return f'"{escaped}"'


def _place(key: Key) -> int:
    return (MOST_POPULAR + int(key[1])) << _BITS | key[2]
