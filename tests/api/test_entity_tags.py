"""How `If-Match` and `If-None-Match` are read: RFC 9110, 8.8.3, 13.1 and 5.6.1."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from accounts.api.preconditions import read_tags

ANYTHING: frozenset[str] = frozenset()
SPACE = st.text(" \t", max_size=3)
OPAQUE = st.text([*map(chr, (0x21, *range(0x23, 0x7F), *range(0x80, 0x100)))], max_size=12)
TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')


@st.composite
def lists(draw: st.DrawFn) -> tuple[str, set[str]]:
    """A header, with empty elements and white space as the grammar has them, and what it means."""
    tags = draw(st.lists(OPAQUE, min_size=1, max_size=4))
    elements = [f'{draw(st.sampled_from(["", "W/"]))}"{tag}"' for tag in tags]
    for _ in range(draw(st.integers(0, 3))):
        elements.insert(draw(st.integers(0, len(elements))), "")
    return ",".join(draw(SPACE) + one + draw(SPACE) for one in elements), set(tags)


@given(lists())
def test_every_list_of_the_grammar_is_read(told: tuple[str, set[str]]) -> None:
    header, tags = told
    assert read_tags(header) == {re.sub("--?(gzip|br|zstd|deflate)$", "", tag) for tag in tags}


@given(st.text([*'"W/,* \tab\n\x7f'], max_size=12) | st.text(max_size=12))
def test_nothing_else_is(header: str) -> None:
    rest = TAG.sub("T", header)
    is_list = re.fullmatch(r"[ \t,]*T[ \t]*(,[ \t]*T?[ \t]*)*", rest) and "T" not in header
    if is_list or header.strip(" \t") == "*":
        assert all(f'"{tag}' in header for tag in read_tags(header))
        return
    if "T" not in header:
        with pytest.raises(ParseError):
            read_tags(header)


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("*", ANYTHING),
        (" * ", ANYTHING),
        ('"*"', {"*"}),
        ('""', {""}),
        ('"a,b"', {"a,b"}),
        ('"a", "b,c" ,W/"d"', {"a", "b,c", "d"}),
        (',, "a" ,\t,', {"a"}),
        ('W/"a"', {"a"}),
        ('"a-gzip"', {"a"}),
        ('"a--gzip", "b-br", W/"c-zstd"', {"a", "b", "c"}),
        ('"-gzip-"', {"-gzip-"}),
    ],
)
def test_a_tag_is_what_stands_between_the_quotes(header: str, tags: set[str]) -> None:
    assert read_tags(header) == tags


@pytest.mark.parametrize(
    "header",
    [
        "", " ", ",", ", ,", "a", '"a', 'a"', '"a" "b"', 'w/"a"', 'W/ "a"', 'W"a"', "W/", '*, "a"', '"a", *', "**",
        '"a b"', '"a"\n', '"\x7f"', '"a\\"b"', '"\u2028"', "'a'", " " * 9_000 + "a", '"a"' + ", " * 9_000 + "a",
    ],
)  # fmt: skip
def test_what_is_no_list_of_tags_is_refused(header: str) -> None:
    with pytest.raises(ParseError, match="has to be"):
        read_tags(header)
