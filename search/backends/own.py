"""What is found because it is one's own: rows of one's namespaces and grants, each looked at.

No index over everybody's private words has a part in it, so nobody's search takes longer, or less long,
because of what others keep private (case 23). PostgreSQL keeps those words apart for each namespace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from django.db import connection

from accounts.models.namespace import ROOT_NAMESPACE
from accounts.statements import run
from search.backends.base import Hit, Key, Reach
from search.backends.rows import (
    Conditions,
    Matcher,
    Source,
    among,
    as_list,
    asked_of,
    columns_of,
    hit,
    limits_of,
    ordered,
    tier_of,
)
from search.backends.sqlite import as_match
from search.dictionary import Known
from search.documents import LONGEST_WORD_PREFIX, OWN_LETTERS, OWN_MARK, Audience
from search.expressions import All, AnyOf, Expression, Prefix
from search.ranking import Plan

_ALL = 10**9
_HAS_WORDS = f"""search_own_words(e.namespace_id, e.lexemes) && ARRAY(
    SELECT hashtextextended(word, CAST(namespace AS bigint))
    FROM json_array_elements_text(:namespaces::json) AS namespace, json_array_elements_text(:keys::json) AS word
    WHERE word <> '{OWN_MARK}' OR namespace =
        (SELECT CAST(id AS text) FROM accounts_namespace WHERE name = '{ROOT_NAMESPACE}'))"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Own:
    """A plan, looked at in the rows of a slot that are one's own."""

    reach: Reach
    plan: Plan
    known: dict[str, Known]
    slot: str
    matches: Matcher

    def hits(self, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind the key, in the plan's order."""
        tier = tier_of(self.plan, self.matches)
        rows = self.rows(columns_of(self.plan, tier))
        order, params = ordered(self.plan, after)
        found = run(
            f"SELECT id, place, marks, tier FROM ({rows}) AS found {order} LIMIT :limit",  # noqa: S608
            rows.params | tier.params | params | {"limit": limit},
        )
        return [hit(row, self.plan.sort) for row in found]

    def count(self, limit: int) -> int:
        """Return how many there are, `limit` at most."""
        rows = self.rows("1")
        found = run(
            f"SELECT count(*) FROM (SELECT * FROM ({rows}) AS found LIMIT :limit) AS counted",  # noqa: S608
            rows.params | {"limit": limit},
        )
        return int(found[0][0])

    def rows(self, columns: str) -> Conditions:
        """Return what selects these columns of the rows that match, by indexes that know of one's own alone."""
        lists = {
            "namespaces": as_list(self.reach.namespaces),
            "repositories": as_list(self.reach.repositories),
        }
        asked = asked_of(Source(limits_of(self.reach.limits), self.known), self.plan, self.matches)
        table = f"search_entry_{self.slot}"
        keys = keys_of(self.plan.whole, self.known)
        if connection.vendor == "sqlite":
            ways = self._ways(_is_in() if keys is None else self._has_words())
            found = [f"SELECT {columns} FROM {table} e WHERE {way} AND {asked}" for way in ways]  # noqa: S608
            own = (f"{space}.{key}" for space in self.reach.namespaces for key in keys or ())
            words = {"words": as_match(AnyOf(tuple(own)))}
            return Conditions([" UNION ALL ".join(found)], lists | words | asked.params)
        lists["keys"] = orjson.dumps(sorted(keys or ())).decode()
        ways = self._ways(_is_in() if keys is None else _HAS_WORDS)
        either = " UNION ALL ".join(f"SELECT e.* FROM {table} e WHERE {way}" for way in ways)  # noqa: S608
        # The limit keeps PostgreSQL from looking for the words first, among what others keep private. Whether
        # a row is one's own is asked again: two words of two namespaces may have the same number by chance.
        rows = f"SELECT * FROM ({either}) AS own LIMIT {_ALL}"  # noqa: S608
        is_own = f"({_is_in()} OR e.repository_id {among('repositories')})"
        selected = f"SELECT {columns} FROM ({rows}) e WHERE {is_own} AND {asked}"  # noqa: S608
        return Conditions([selected], lists | asked.params)

    def _ways(self, by_words: str) -> list[str]:
        """Return conditions of which one holds for each row that may be meant; words are kept of private ones.

        A job reads its own repository without being signed in: it may be an internal one. Each audience is
        named by itself, because that is how SQLite knows the index that is over one alone.
        """
        found = []
        for one in Audience:
            if one in self.reach.audiences:
                continue
            found.append(
                f"e.audience = {one:d} AND e.repository_id {among('repositories')} AND NOT {_is_in()}"
            )
            if self.reach.namespaces:
                way = by_words if one is Audience.ITS_PEOPLE else _is_in()
                found.append(f"e.audience = {one:d} AND {way}")
        return found

    def _has_words(self) -> str:
        """Return the same as `_HAS_WORDS`, of SQLite; the sign keeps it from going by namespace."""
        full = f"search_full_{self.slot}own"
        found = f"SELECT rowid FROM {full} WHERE {full} MATCH :words"  # noqa: S608
        return f"e.repository_id IN ({found}) AND +{_is_in()}"


def keys_of(expression: Expression, known: Mapping[str, Known]) -> frozenset[str] | None:
    """Return words of which every entry that matches has one, as they are kept; of several ways the rarest.

    None where the expression asks for something else.
    """
    match expression:
        case str():
            kept = kept_as(expression)
            return frozenset({kept}) if kept else None
        case Prefix(beginning):
            word = beginning[2 : 2 + LONGEST_WORD_PREFIX]
            return frozenset({f"{OWN_LETTERS['w']}/{word}"})
        case AnyOf(parts):
            either = [keys_of(part, known) for part in parts]
            found = [keys for keys in either if keys is not None]
            return frozenset().union(*found) if len(found) == len(either) else None
        case All(parts):
            each = (keys_of(part, known) for part in parts)
            ways = [keys for keys in each if keys is not None]
            return min(ways, key=lambda keys: _frequency(keys, known), default=None)
        case _:
            return None


def _is_in() -> str:
    return f"e.namespace_id {among('namespaces')}"


def kept_as(lexeme: str) -> str | None:
    """Return the lexeme as `search_own_words` keeps it, if it does."""
    if lexeme == OWN_MARK:
        return lexeme
    letter = OWN_LETTERS.get(lexeme[0])
    return letter + lexeme[1:] if letter else None


def _frequency(keys: frozenset[str], known: Mapping[str, Known]) -> tuple[int, bool, list[str]]:
    """Return what tells rare ones from frequent ones; of the same words those in names are rarer."""
    words = (known.get(key[2:]) for key in keys if key != OWN_MARK)
    is_anywhere = any(key.startswith("a/") for key in keys)
    return sum(word.entries for word in words if word), is_anywhere, sorted(keys)
