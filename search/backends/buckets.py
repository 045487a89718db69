"""Buckets of popularity: which entries are in which, and how PostgreSQL asks for some of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

# How many entries there are up to the end of each bucket; from the last on, as many in each.
BUCKETS = (64, 256, 1_024, 4_096, 16_384, 65_536)
_TOGETHER = 8  # so many buckets have a lexeme in common

Bounds = tuple[tuple[int, int], ...]  # minus the popularity, and the id, of the last in each bucket


def bucket_ends(entries: int) -> Iterator[int]:
    """Yield how many entries come before the end of each bucket but the last."""
    yield from (end for end in BUCKETS if end < entries)
    yield from range(2 * BUCKETS[-1], entries, BUCKETS[-1])


def entries_before(bucket: int) -> int:
    """Return how many entries are in the buckets before it."""
    if bucket <= len(BUCKETS):
        return BUCKETS[bucket - 1] if bucket else 0
    return BUCKETS[-1] * (bucket - len(BUCKETS) + 1)


def buckets_with(entries: int) -> int:
    """Return how many of the first buckets have about so many entries."""
    width = 0
    while entries_before(width) < entries:
        width += 1
    return width


def bucket_of(popularity: int, bounds: Bounds, repository_id: int = 0) -> int:
    """Return in which bucket an entry is; without an id: the first one of this popularity."""
    return bisect_left(bounds, (-popularity, repository_id))


def lexemes_of_bucket(bucket: int) -> tuple[str, str]:
    """Return the lexemes of an entry in the bucket."""
    return f"b/{bucket}", f"c/{bucket // _TOGETHER}"


def lexemes_between(buckets: range) -> tuple[str, ...]:
    """Return lexemes of which each entry in these buckets has one, and no other entry has."""
    found, bucket = [], buckets.start
    while bucket < buckets.stop:
        is_whole = not bucket % _TOGETHER and bucket + _TOGETHER <= buckets.stop
        found.append(lexemes_of_bucket(bucket)[is_whole])
        bucket += _TOGETHER if is_whole else 1
    return tuple(found)


def next_width(start: int, end: int, count: int, wanted: int, growth: int) -> int:
    """Return how many buckets to ask for next to find so many, by how many the last ones held."""
    read = entries_before(end) - entries_before(start)
    enough = min(growth * read, wanted * read // count) if count else growth * read
    width = 1
    while entries_before(end + width) - entries_before(end) < enough:
        width += 1
    return width
