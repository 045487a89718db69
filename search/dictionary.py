"""The words of what everybody may find: how many entries have them, and what was meant by a wrong one.

Only public entries have a part in it: nobody is told of a private word by a correction (case 23).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from django.db import connection
from rapidfuzz.distance import OSA

from accounts.statements import run
from index.batches import run_for_rows

SHORTEST = 4  # letters of a word that is corrected: shorter ones are all alike
LONGEST = 24
_LONG = 8  # from here two mistakes are believed to be one word


def counts_of(words: Iterable[str], slot: str) -> dict[str, int]:
    """Return in how many public entries each word is; words that are in none are left out."""
    wanted = sorted(set(words))
    if not wanted:
        return {}
    found = run_for_rows(
        f"SELECT word, entries FROM search_word_{slot} WHERE word {{among}}",  # noqa: S608
        wanted,
    )
    return {word: entries for word, entries in found if entries > 0}


def meant_by(word: str, slot: str) -> str | None:
    """Return the word that somebody most likely meant: the nearest, and of those the most frequent."""
    if not SHORTEST <= len(word) <= LONGEST:
        return None
    found = run_for_rows(
        f"SELECT DISTINCT w.word, w.entries FROM search_variant_{slot} v"  # noqa: S608
        f" JOIN search_word_{slot} w ON w.word = v.word"
        " WHERE v.variant {among}",
        sorted(variants_of(word)),
    )
    most = 1 if len(word) < _LONG else 2
    near = [
        (distance, -entries, other)
        for other, entries in found
        if entries > 0 and other != word and (distance := OSA.distance(word, other)) <= most
    ]
    return min(near)[2] if near else None


def words_among(lexemes: Collection[str]) -> frozenset[str]:
    """Return the words that somebody may have meant: neither the README's, nor what was joined."""
    joined = {one[2:] for one in lexemes if one.startswith("j/")}
    return frozenset(one[2:] for one in lexemes if one.startswith("a/")) - joined


def variants_of(word: str) -> set[str]:
    """Return the word, and what is left of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def change_counts(changed: Mapping[str, int], slot: str) -> None:
    """Add to the counts of words; new ones can be meant from now on."""
    rows = sorted((word, by) for word, by in changed.items() if by)
    if not rows:
        return
    run_for_rows(
        f"INSERT INTO search_word_{slot} AS kept (word, entries)"  # noqa: S608
        " SELECT value ->> 0, CAST(value ->> 1 AS int) FROM {rows} WHERE true"
        " ON CONFLICT (word) DO UPDATE SET entries = kept.entries + excluded.entries",
        rows,
    )
    add_variants((word for word, by in rows if by > 0), slot)


def forget_lost(limit: int) -> None:
    """Take the words of entries that triggers took out from the counts."""
    column = "lexemes" if connection.vendor == "sqlite" else "array_to_string(tsvector_to_array(lexemes), ' ')"  # fmt: skip
    lost = run(
        "DELETE FROM search_searchloss WHERE id IN (SELECT id FROM search_searchloss ORDER BY id LIMIT :limit)"  # noqa: S608
        f" RETURNING slot, {column}",
        {"limit": limit},
    )
    for name in {slot for slot, _ in lost}:
        words = [words_among(lexemes.split()) for slot, lexemes in lost if slot == name]
        change_counts(difference(words, ()), name)


def add_variants(words: Iterable[str], slot: str) -> None:
    """Let these words be found by what is nearly them."""
    rows = [
        (variant, word)
        for word in words
        if SHORTEST <= len(word) <= LONGEST
        for variant in variants_of(word)
    ]
    if rows:
        run_for_rows(
            f"INSERT INTO search_variant_{slot} (variant, word) SELECT value ->> 0, value ->> 1"  # noqa: S608
            " FROM {rows} WHERE true ON CONFLICT DO NOTHING",
            rows,
        )


def difference(before: Iterable[Collection[str]], after: Iterable[Collection[str]]) -> Counter[str]:
    """Return by how much each word became more or less frequent."""
    changed: Counter[str] = Counter()
    for words in after:
        changed.update(words)
    for words in before:
        changed.subtract(words)
    return changed
