"""Lexemes and expressions as PostgreSQL writes them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from search.backends.buckets import bucket_of, lexemes_of_bucket
from search.backends.slots import Slot
from search.dictionary import pairs_of
from search.documents import LONGEST_WORD_PREFIX, Entry
from search.expressions import All, AnyOf, Expression, Not, Prefix

ADDED = "bcm"  # letters of lexemes that are of this engine alone: the bucket, and pairs of words
_SPECIAL = frozenset("'\\:")  # in the text of a tsvector


def as_tsquery(expression: Expression) -> str:
    """Return the expression as PostgreSQL reads it."""
    match expression:
        case str():
            return _quoted(expression)
        case Prefix(beginning):
            return f"{_quoted(beginning)}:*"
        case Not(part):
            return f"!{as_tsquery(part)}"
        case All(parts):
            return f"({' & '.join(map(as_tsquery, parts)) or _ALWAYS})"
        case AnyOf(parts):
            return f"({' | '.join(map(as_tsquery, parts)) or _NEVER})"


_ALWAYS = "('d/0' | 'd/1')"
_NEVER = "'never'"


def lexemes_of(entry: Entry, slot: Slot) -> str:
    """Return the entry's lexemes, and the one of its bucket, as a tsvector is written."""
    bucket = bucket_of(entry.popularity, slot.bounds, entry.repository_id)
    words = slot.frequent.intersection(_words_and_beginnings(entry.lexemes))
    pairs = (f"m/{pair}" for pair in pairs_of(words))
    written = " ".join([*lexemes_of_bucket(bucket), *pairs, *entry.lexemes])
    if _SPECIAL.isdisjoint(written):
        return written  # nearly always, and twice as quick
    return " ".join(map(_quoted, written.split(" ")))


def _words_and_beginnings(lexemes: Collection[str]) -> Iterator[str]:
    """Yield every word, and how words of the name begin: so much may be typed of the last one."""
    for lexeme in lexemes:
        letter, word = lexeme[0], lexeme[2:]
        if letter in "arw":
            yield word
        elif letter == "n":
            yield from (word[:end] for end in range(LONGEST_WORD_PREFIX + 1, len(word)))


def with_pairs(expression: Expression, frequent: frozenset[str]) -> Expression:
    """Return the same, which asks for two frequent words as for one.

    Where they meet is a list of its own in the index: to find it from the lists of both takes as long
    as they are, and they are longest where they hardly meet.
    """
    match expression:
        case AnyOf(parts):
            return AnyOf(tuple(with_pairs(part, frequent) for part in parts))
        case All(parts):
            asked = tuple(with_pairs(part, frequent) for part in parts)
            pairs = pairs_of(words_needed(expression, "ajnrw") & frequent)
            return All((*asked, *(f"m/{pair}" for pair in pairs)))
        case _:
            return expression


def words_needed(expression: Expression, letters: str) -> frozenset[str]:
    """Return the words that are in every entry that matches, as lexemes of these letters."""
    match expression:
        case str():
            return frozenset({expression[2:]} if expression[0] in letters else ())
        case Prefix(beginning):  # the rest of `w/`, whose beginnings are short
            return frozenset({beginning[2:]} if "w" in letters else ())
        case All(parts):
            return frozenset().union(*(words_needed(part, letters) for part in parts))
        case AnyOf((first, *others)):
            found = (words_needed(other, letters) for other in others)
            return words_needed(first, letters).intersection(*found)
        case _:
            return frozenset()


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"
