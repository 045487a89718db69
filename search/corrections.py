"""What somebody who mistyped may have meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    cuts = {part: _cuts(part) for part in parts}
    halves = {half for each in cuts.values() for cut in each for half in cut}
    counts = dictionary.counts_of({*parts, *halves}, slot)
    two = {part: _two_words(cuts[part], counts) for part in parts if counts.get(part, 0) < _SELDOM}
    other = dictionary.meant_by((part for part, words in two.items() if not words), slot)
    meant_by = {part: words or other.get(part) for part, words in two.items()}
    changes = {part: instead for part, instead in meant_by.items() if instead}
    terms = [
        Term(tuple(word for part in term.parts for word in changes.get(part, part).split()))
        for term in query.terms
    ]
    meant = replace(query, terms=tuple(dict.fromkeys(terms)), name="") if changes else query
    return meant, tuple(changes.items())


def _cuts(word: str) -> list[tuple[str, str]]:
    return [(word[:place], word[place:]) for place in range(2, len(word) - 1)]


def _two_words(cuts: Sequence[tuple[str, str]], counts: Mapping[str, int]) -> str | None:
    """Return the two words that were typed as one, `node js` of `nodejs`: the more frequent, the better."""
    found = [(min(counts.get(half, 0) for half in cut), " ".join(cut)) for cut in cuts]
    known, best = max(found, default=(0, ""))
    return best if known >= _SELDOM else None
