"""How a typed text is split into pieces."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.asked import QueryRefused
from search.grammar import MAXIMUM_LENGTH, Piece, echo, normalize, quote, split

TYPED = st.text(st.sampled_from('ab:"“- @/<>=._\n\u3000é'), max_size=40) | st.text(max_size=250)


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("redis", [Piece("redis", "redis")]),
        ("a b", [Piece("a", "a"), Piece("b", "b")]),
        ("-a", [Piece("-a", "a", is_negated=True)]),
        ("a-b", [Piece("a-b", "a-b")]),
        ('"a b"', [Piece('"a b"', "a b", is_quoted=True)]),
        ('-"a b"', [Piece('-"a b"', "a b", is_negated=True, is_quoted=True)]),
        ("“a b”", [Piece("“a b”", "a b", is_quoted=True)]),
        ('a"b c"d', [Piece("a", "a"), Piece('"b c"', "b c", is_quoted=True), Piece("d", "d")]),
        ("Is:Official", [Piece("Is:Official", "Official", "is")]),
        ("-is:official", [Piece("-is:official", "official", "is", is_negated=True)]),
        ('topic:"a b"', [Piece('topic:"a b"', "a b", "topic", is_quoted=True)]),
        ('topic: "a"', [Piece("topic:", "", "topic"), Piece('"a"', "a", is_quoted=True)]),
        ("stars:>=10", [Piece("stars:>=10", ">=10", "stars")]),
        ("a:b:c", [Piece("a:b:c", "b:c", "a")]),
        ("std::vector", [Piece("std::vector", "std::vector")]),
        ("1.2.3.4:5000/a", [Piece("1.2.3.4:5000/a", "1.2.3.4:5000/a")]),
        ("acme/app:7", [Piece("acme/app:7", "acme/app:7")]),
        ("-", [Piece("-", "", is_negated=True)]),
        ('""', [Piece('""', "", is_quoted=True)]),
    ],
)
def test_a_text_has_pieces(text: str, pieces: list[Piece]) -> None:
    assert split(text) == pieces


@pytest.mark.parametrize("text", ['"', '"a b', 'a"', 'topic:"a', '"a" "b', "-“a"])
def test_a_quotation_without_an_end_is_refused(text: str) -> None:
    with pytest.raises(QueryRefused, match=r"^The closing quotation mark is missing"):
        split(text)


@pytest.mark.parametrize("typed", ["a\0b", "a\nb", "a\x7fb", "a\x85b", "a\ud800b"])
def test_what_a_database_cannot_store_is_refused(typed: str) -> None:
    with pytest.raises(QueryRefused, match=r"^A search cannot contain control characters\.$"):
        normalize(typed)


def test_a_text_has_a_greatest_length() -> None:
    assert len(normalize("a" * MAXIMUM_LENGTH)) == MAXIMUM_LENGTH
    with pytest.raises(QueryRefused, match=r"^A search has at most 200 characters\.$"):
        normalize("a" * (MAXIMUM_LENGTH + 1))


def test_blanks_of_every_kind_are_one() -> None:
    assert normalize("  a \u00a0 b\u3000c ") == "a b c"


@given(TYPED)
def test_pieces_put_together_are_the_same_pieces(typed: str) -> None:
    try:
        pieces = split(normalize(typed))
    except QueryRefused:
        return
    assert split(" ".join(piece.raw for piece in pieces)) == pieces


@given(TYPED)
def test_nothing_typed_is_lost_but_blanks(typed: str) -> None:
    try:
        text = normalize(typed)
        pieces = split(text)
    except QueryRefused:
        return
    assert "".join(piece.raw for piece in pieces).replace(" ", "") == text.replace(" ", "")


@given(TYPED)
def test_a_quoted_value_is_one_piece(typed: str) -> None:
    try:
        value = normalize(typed)
    except QueryRefused:
        return
    assert len(split(f"topic:{quote(value)}")) == 1


def test_a_message_repeats_little_and_nothing_that_turns_the_line() -> None:
    assert echo("redis") == "redis"
    assert echo("a" * 31) == "a" * 29 + "…"
    assert echo("a\u202eb") == "a?b"
