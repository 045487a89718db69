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
from search.dictionary import Known
from search.documents import LONGEST_WORD_PREFIX, Audience
from search.expressions import All, AnyOf, Expression, Prefix
from search.ranking import Plan
from search.schema import OWN_LETTERS, OWN_MARK

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
        rows, asked = self._rows(), self._asked()
        tier = tier_of(self.plan, self.matches)
        order, params = ordered(self.plan, after)
        found = run(
            f"SELECT id, place, marks, tier FROM (SELECT {columns_of(self.plan, tier)}"  # noqa: S608
            f" FROM ({rows}) e WHERE {asked}) AS found {order} LIMIT :limit",
            rows.params | asked.params | tier.params | params | {"limit": limit},
        )
        return [hit(row, self.plan.sort) for row in found]

    def count(self, limit: int) -> int:
        """Return how many there are, `limit` at most."""
        rows, asked = self._rows(), self._asked()
        found = run(
            f"SELECT count(*) FROM (SELECT 1 FROM ({rows}) e WHERE {asked} LIMIT :limit) AS found",  # noqa: S608
            rows.params | asked.params | {"limit": limit},
        )
        return int(found[0][0])

    def _asked(self) -> Conditions:
        # Said of each row: where words are kept for namespaces, two may have the same place by chance.
        is_own = (
            f"(e.namespace_id {among('namespaces')} OR e.repository_id {among('repositories')})"
        )
        asked = Conditions([is_own])
        asked.join(limits_of(self.reach.limits))
        return asked_of(Source(asked, self.known), self.plan, self.matches)

    def _rows(self) -> Conditions:
        """Return what selects rows that may be meant, by indexes that know of one's own alone."""
        lists = {
            "namespaces": as_list(self.reach.namespaces),
            "repositories": as_list(self.reach.repositories),
        }
        ways = [
            f"e.repository_id {among('repositories')} AND NOT e.namespace_id {among('namespaces')}"
        ]
        if self.reach.namespaces:
            keys = keys_of(self.plan.whole, self.known) if connection.vendor != "sqlite" else None
            ways.append(f"e.namespace_id {among('namespaces')}" if keys is None else _HAS_WORDS)
            lists["keys"] = orjson.dumps(sorted(keys or ())).decode()
        # A job reads its own repository without being signed in: it may be an internal one. Each audience is
        # named by itself, because that is how SQLite knows the index that is over one alone.
        hidden = (one for one in Audience if one not in self.reach.audiences)
        either = " UNION ALL ".join(
            f"SELECT e.* FROM search_entry_{self.slot} e WHERE e.audience = {one:d} AND {way}"  # noqa: S608
            for one in hidden
            for way in ways
        )
        # The limit keeps PostgreSQL from looking for the words first, among what others keep private.
        return Conditions([f"SELECT * FROM ({either}) AS own LIMIT {_ALL}"], lists)  # noqa: S608


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
