"""What somebody who mistyped may have meant."""

from __future__ import annotations

from dataclasses import replace

from search import dictionary
from search.backends import slots
from search.query import SearchQuery, Term

_SELDOM = 3  # public entries: a word that fewer have may be a mistake of whoever typed it there


def corrected(query: SearchQuery) -> tuple[SearchQuery, tuple[tuple[str, str], ...]]:
    """Return the query with its wrong words replaced, and which ones; without any: as it was.

    What stands in quotes is meant as it is.
    """
    slot = slots.live().name
    parts = dict.fromkeys(part for term in query.terms for part in term.parts)
    counts = dictionary.counts_of(parts, slot)
    changes = {
        part: other
        for part in parts
        if counts.get(part, 0) < _SELDOM and (other := dictionary.meant_by(part, slot))
    }
    terms = [Term(tuple(changes.get(part, part) for part in term.parts)) for term in query.terms]
    meant = replace(query, terms=tuple(dict.fromkeys(terms)), name="") if changes else query
    return meant, tuple(changes.items())
