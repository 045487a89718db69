"""The dictionary tells where the first page of a word is; asking begins there and misses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from search.backends.estimates import counts_needed, expected, first_page, keys_in, most
from search.dictionary import Known
from search.expressions import All, AnyOf, Prefix
from search.popularity import MOST_POPULAR

if TYPE_CHECKING:
    from search.expressions import Expression

KNOWN = {
    "redis": Known(9_000, 900, 700),
    "redis*": Known(4_000, 800, 600),
    "^redis": Known(70, 500),
    "=redis": Known(900, 450, 300),
    "elasticsearch": Known(800, 90, 60),
    "elastics*": Known(850, 80, 50),
    "rare": Known(20, MOST_POPULAR),
    "rare*": Known(30, 10),
}
IN_NAME = AnyOf(("n/redis", "j/redis"))


@pytest.mark.parametrize(
    ("expression", "page"),
    [
        ("a/redis", (900, 700)),
        (IN_NAME, (800, 600)),
        (AnyOf((IN_NAME, "w/redis")), (800, 600)),
        (All(("p/redis", IN_NAME)), (500, 600)),
        ("x/redis", (800, 300)),
        (All(("a/redis", "a/elasticsearch")), (90, 60)),
        (AnyOf(("n/elasticsearch", "j/elasticsearch")), (80, 50)),
        (Prefix("n/elasticsea"), (80, 50)),
        (AnyOf(("a/redis", "r/redis")), (MOST_POPULAR, 0)),  # READMEs are not counted
        ("f/official", (MOST_POPULAR, 0)),
    ],
)
def test_the_first_page_is_looked_for_where_it_is(
    expression: Expression, page: tuple[int, int]
) -> None:
    assert first_page(expression, KNOWN) == page


def test_of_a_rare_word_joined_ones_may_be_more_popular_than_any_in_a_name() -> None:
    """`ra-re` has it as well; they are looked for only where a word is frequent."""
    assert first_page(AnyOf(("n/rare", "j/rare")), KNOWN) == (MOST_POPULAR, 0)


def test_a_word_of_a_name_is_in_no_more_entries_than_its_beginning() -> None:
    assert [most(one, KNOWN) for one in ("a/redis", "n/redis", "x/redis", "p/redis")] == [9_000, 4_000, 900, 70]  # fmt: skip


def test_two_words_meet_more_often_where_readmes_count() -> None:
    apart = All(("a/redis", "a/elasticsearch"))
    with_readmes = All(
        (AnyOf(("a/redis", "r/redis")), AnyOf(("a/elasticsearch", "r/elasticsearch")))
    )
    assert expected(apart, KNOWN, 1_000_000) == 21
    assert expected(with_readmes, KNOWN, 1_000_000) == 2_160


def test_two_words_meet_as_seldom_in_names_as_names_have_them() -> None:
    begun = All((IN_NAME, AnyOf(("n/rare", "w/rare"))))
    assert sorted(counts_needed(begun, KNOWN)) == [30, 4_000]
    assert expected(begun, KNOWN, 1_000_000) == 0


def test_a_word_that_begins_as_another_one_is_counted_once() -> None:
    assert counts_needed(All(("w/elastics", Prefix("n/elasticsea"))), KNOWN) == [850]


def test_whatever_is_estimated_is_looked_up() -> None:
    expression = All((IN_NAME, "x/redis", "p/redi", "w/red", "a/alpine"))
    assert keys_in(expression) >= {"redis", "redis*", "=redis", "^redi", "red*", "alpine"}
