"""What is typed, as words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.query import (
    MAXIMUM_LENGTH,
    QueryRefused,
    SearchQuery,
    parse_page,
    parse_query,
    parse_size,
)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ()),
        ("   ", ()),
        ("web", ("web",)),
        ("  Web   server ", ("Web", "server")),
        ("web web", ("web",)),
        ("library/base", ("base",)),
        ("Library/base", ("base",)),
        ("library/", ("library/",)),
        ("alice/pub", ("alice/pub",)),
        ("100%_\\", ("100%_\\",)),
    ],
)
def test_words_are_what_spaces_separate(typed: str, words: tuple[str, ...]) -> None:
    assert parse_query(typed).words == words


@pytest.mark.parametrize("typed", ["a" * 101, "a\0b", "a\nb", "a\x7fb", "a\x85b", "a\ud800b"])
def test_what_cannot_be_searched_is_refused_with_a_sentence(typed: str) -> None:
    with pytest.raises(QueryRefused, match=r"^A search .*\.$"):
        parse_query(typed)


@given(st.text(max_size=2 * MAXIMUM_LENGTH))
def test_anything_typed_is_refused_or_becomes_words_that_were_typed(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryRefused:
        return
    assert len(set(query.words)) == len(query.words)
    assert all(word and word in typed and not word.isspace() for word in query.words)
    assert query.is_empty == (typed.strip() == "")


@given(st.text(max_size=MAXIMUM_LENGTH))
def test_what_is_shown_again_finds_the_same(typed: str) -> None:
    try:
        query = parse_query(typed)
    except QueryRefused:
        return
    assert parse_query(query.text) == SearchQuery(query.text, query.words)


@given(st.text())
def test_every_text_is_a_page_and_a_size(sent: str) -> None:
    assert parse_page(sent) >= 1
    assert 1 <= parse_size(sent) <= 100


@pytest.mark.parametrize(
    ("sent", "size"),
    [("", 25), ("abc", 25), ("NaN", 25), ("0", 1), ("-1", 1), ("7", 7), ("100", 100), ("101", 100)],
)
def test_a_size_is_clamped(sent: str, size: int) -> None:
    assert parse_size(sent) == size


@pytest.mark.parametrize("sent", ["9" * 19, "9" * 5_000])
def test_an_absurd_number_is_no_error(sent: str) -> None:
    assert parse_size(sent) in {25, 100}
    assert parse_page(sent) in {1, 1_000_000}
