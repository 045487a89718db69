"""Entries know their bucket by lexemes; any run of buckets is asked for by few of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from search.backends.buckets import (
    bucket_ends,
    bucket_of,
    buckets_with,
    entries_before,
    lexemes_between,
    lexemes_of_bucket,
    next_width,
)

RUNS = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda ends: range(*sorted(ends)))


@given(RUNS)
def test_a_run_of_buckets_is_asked_for_by_lexemes_that_no_other_bucket_has(run: range) -> None:
    lexemes = set(lexemes_between(run))
    found = {bucket for bucket in range(100) if lexemes.intersection(lexemes_of_bucket(bucket))}
    assert found == set(run)


def test_a_long_run_is_asked_for_by_few_lexemes() -> None:
    assert lexemes_between(range(6, 34)) == ("b/6", "b/7", "c/1", "c/2", "c/3", "b/32", "b/33")


@given(st.integers(1, 3_000_000))
def test_buckets_end_where_so_many_entries_are_before_it(entries: int) -> None:
    ends = list(bucket_ends(entries))
    assert ends == [entries_before(bucket + 1) for bucket in range(len(ends))]
    assert all(end < entries for end in ends)
    assert (
        entries_before(buckets_with(entries)) >= entries > entries_before(buckets_with(entries) - 1)
    )


def test_the_last_of_a_bucket_is_in_it_and_the_next_one_is_not() -> None:
    bounds = ((-90, 7), (-20, 3))
    assert [bucket_of(90, bounds, one) for one in (7, 8)] == [0, 1]
    assert [bucket_of(popularity, bounds) for popularity in (91, 90, 20, 19)] == [0, 0, 1, 2]


def test_where_few_were_found_more_buckets_are_asked_for_next() -> None:
    few, many = (next_width(6, 8, count, wanted=100, growth=8) for count in (25, 400))
    assert (few, many) == (8, 1)
