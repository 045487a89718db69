"""The words of what everybody may find: how many entries have them, and what was meant by a wrong one.

Only public entries have a part in it: nobody is told of a private word by a correction (case 23).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from django.db import connection
from rapidfuzz.distance import OSA

from accounts.statements import run
from index.batches import run_for_rows
from search.backends import slots
from search.documents import LONGEST_WORD_PREFIX
from search.popularity import MOST_POPULAR

SHORTEST = 4  # letters of a word that is corrected: shorter ones are all alike
LONGEST = 24
# In pairs, behind how words of names begin, before how names begin, before whole names; no word has them.
_AND, _BEGUN, _NAME_BEGUN, _NAME = "+", "*", "^", "="
_NOT_IN_WORDS = frozenset((_AND, _BEGUN, _NAME_BEGUN, _NAME))
_LONG = 8  # from here two mistakes are believed to be one word


@dataclass(frozen=True, slots=True)
class Known:
    """What public entries have: how many of them, and where among them.

    `best` is the popularity of the most popular one, `page` that of the last one on the first page of
    them: 0 where there are few, or where it is not known.
    """

    entries: int
    best: int
    page: int = 0


def counts_of(words: Iterable[str], slot: str) -> dict[str, int]:
    """Return in how many public entries each word is; words that are in none are left out."""
    return {word: known.entries for word, known in look_up(words, slot).items()}


def look_up(words: Iterable[str], slot: str) -> dict[str, Known]:
    """Return what is known of the words; of those that are in no public entry nothing is."""
    wanted = sorted(set(words))
    if not wanted:
        return {}
    found = run_for_rows(
        f"SELECT word, entries, best, page FROM search_word_{slot} WHERE word {{among}}",  # noqa: S608
        wanted,
    )
    return {word: Known(*numbers) for word, *numbers in found if numbers[0] > 0}


def meant_by(words: Iterable[str], slot: str) -> dict[str, str]:
    """Return the word that somebody most likely meant by each, if any: the nearest, of those the most frequent."""
    asked = [word for word in words if SHORTEST <= len(word) <= LONGEST]
    if not asked:
        return {}
    found = run_for_rows(
        f"SELECT DISTINCT w.word, w.entries FROM search_variant_{slot} v"  # noqa: S608
        f" JOIN search_word_{slot} w ON w.word = v.word"
        " WHERE v.variant {among}",
        sorted(set().union(*map(variants_of, asked))),
    )
    known = {other: entries for other, entries in found if entries > 0}
    nearest = {word: _nearest(word, known) for word in asked}
    return {word: other for word, other in nearest.items() if other}


def _nearest(word: str, known: Mapping[str, int]) -> str | None:
    variants = variants_of(word)  # what was found for another word does not count
    most = 1 if len(word) < _LONG else 2
    near = [
        (distance, -entries, other)
        for other, entries in known.items()
        if other != word
        and (distance := OSA.distance(word, other)) <= most
        and not variants.isdisjoint(variants_of(other))
    ]
    return min(near)[2] if near else None


def counted_in(lexemes: Collection[str], frequent: frozenset[str] = frozenset()) -> set[str]:
    """Return what is counted of an entry: words that somebody may have meant, beginnings, names, and pairs.

    Words are neither the README's nor what was joined. Beginnings are those of words of the name, `alp*`,
    and of the name and the namespace, `^alp`; names are those of one word: `=alpine`. Pairs are each two
    of the frequent words, wherever they stand: `alpine+redis`.
    """
    joined = {one[2:] for one in lexemes if one.startswith("j/")}
    words = {one[2:] for one in lexemes if one.startswith("a/")} - joined
    for lexeme in lexemes:
        if lexeme[0] in "wp" or (lexeme[0] == "x" and f"n/{lexeme[2:]}" in lexemes):
            words.add(counted_as(lexeme))
    if frequent:
        both = frequent.intersection(one[2:] for one in lexemes if one[0] in "ar")
        words.update(pairs_of(both))
    return words


def counted_as(lexeme: str) -> str:
    """Return what is counted for a lexeme."""
    word = lexeme[2:]
    match lexeme[0]:
        case "w":
            return word + _BEGUN
        case "p":
            return _NAME_BEGUN + word
        case "x":
            return _NAME + word
        case _:
            return word


def begun_as(word: str) -> str:
    """Return what is counted for the beginning of a word of the name: all that is kept of it."""
    return word[:LONGEST_WORD_PREFIX] + _BEGUN


def is_word(counted: str) -> bool:
    """Whether it is nothing else that is counted."""
    return _NOT_IN_WORDS.isdisjoint(counted)


def pairs_of(words: Collection[str]) -> list[str]:
    """Return each two of the words as they are counted, and as lexemes name them."""
    return [f"{one}{_AND}{other}" for one, other in combinations(sorted(words), 2)]


def variants_of(word: str) -> set[str]:
    """Return the word, and what is left of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def change_counts(
    changed: Mapping[str, int], slot: str, places: Mapping[str, tuple[int, int]] | None = None
) -> None:
    """Add to the counts of words; new ones can be meant from now on.

    `places` are `best` and `page` of `Known`, joined words included. Of a new word that is not in it
    nothing is known: entries that have it as two words came before.
    """
    places = places or {}
    unknown = (MOST_POPULAR, 0)
    rows = sorted((word, by, *places.get(word, unknown)) for word, by in changed.items() if by)
    if not rows:
        return
    found = run_for_rows(
        f"INSERT INTO search_word_{slot} AS kept (word, entries, best, page)"  # noqa: S608
        " SELECT value ->> 0, CAST(value ->> 1 AS int), CAST(value ->> 2 AS smallint), CAST(value ->> 3 AS smallint)"
        " FROM {rows} WHERE true"
        " ON CONFLICT (word) DO UPDATE SET entries = kept.entries + excluded.entries RETURNING word, entries",
        rows,
    )
    add_variants((word for word, entries in found if 0 < entries <= changed[word]), slot)


def raise_best(best: Mapping[str, int], slot: str) -> None:
    """Remember that words have an entry as popular as that; mostly they have a more popular one."""
    rows = sorted(best.items())
    if rows:
        run_for_rows(
            f"UPDATE search_word_{slot} SET best = CAST(told.value ->> 1 AS smallint)"  # noqa: S608
            f" FROM {{rows}} AS told WHERE search_word_{slot}.word = told.value ->> 0"
            f" AND search_word_{slot}.best < CAST(told.value ->> 1 AS smallint)",
            rows,
        )


def forget_lost(limit: int) -> None:
    """Take the words of entries that triggers took out from the counts."""
    column = "lexemes" if connection.vendor == "sqlite" else "array_to_string(tsvector_to_array(lexemes), ' ')"  # fmt: skip
    lost = run(
        "DELETE FROM search_searchloss WHERE id IN (SELECT id FROM search_searchloss ORDER BY id LIMIT :limit)"  # noqa: S608
        f" RETURNING slot, {column}",
        {"limit": limit},
    )
    for name in {slot for slot, _ in lost}:
        frequent = slots.frequent_of(name)
        words = [counted_in(lexemes.split(), frequent) for slot, lexemes in lost if slot == name]
        change_counts(difference(words, ()), name)


def add_variants(words: Iterable[str], slot: str) -> None:
    """Let these words be found by what is nearly them."""
    rows = [
        (variant, word)
        for word in words
        if SHORTEST <= len(word) <= LONGEST and is_word(word)
        for variant in variants_of(word)
    ]
    if rows:
        run_for_rows(
            f"INSERT INTO search_variant_{slot} (variant, word) SELECT value ->> 0, value ->> 1"  # noqa: S608
            " FROM {rows} WHERE true ON CONFLICT DO NOTHING",
            rows,
        )


def best_of(entries: Iterable[tuple[int, Collection[str]]]) -> dict[str, int]:
    """Return the best popularity of each word and beginning in the lexemes beside it, joined ones included."""
    best: dict[str, int] = {}
    for popularity, lexemes in entries:
        joined = (begun_as(one[2:]) for one in lexemes if one.startswith("j/"))
        counted = (counted_as(one) for one in lexemes if one[0] in "awpx")
        for word in (*counted, *joined):
            best[word] = max(best.get(word, 0), popularity)
    return best


def difference(before: Iterable[Collection[str]], after: Iterable[Collection[str]]) -> Counter[str]:
    """Return by how much each word became more or less frequent."""
    changed: Counter[str] = Counter()
    for words in after:
        changed.update(words)
    for words in before:
        changed.subtract(words)
    return changed
