"""The form of every secret that we hand out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from accounts.opaque_tokens import make_opaque_token, parse_opaque_token, recognize

DOCUMENT = Path("docs/security.md")


def test_a_token_is_recognized_without_asking_anyone() -> None:
    token = make_opaque_token("wbp")
    assert recognize(token.value) == token
    assert parse_opaque_token(token.value, "wbp") == token


@pytest.mark.parametrize("position", [4, 10, 30, 85, 93])
def test_one_changed_character_makes_it_something_else(position: int) -> None:
    value = make_opaque_token("wbp").value
    wrong = "0" if value[position] != "0" else "1"
    assert recognize(value[:position] + wrong + value[position + 1 :]) is None


@pytest.mark.parametrize("wrong", ["", "wbp", "wbp_1_2", "wbp_" + "é" * 16, "x" * 10_000, "wbp_\n"])
def test_other_text_is_no_token(wrong: str) -> None:
    assert recognize(wrong) is None


def test_neither_whitespace_nor_capitals_nor_a_missing_checksum_are_repaired() -> None:
    value = make_opaque_token("wbp").value
    for wrong in (f"{value}\n", f" {value}", value.upper(), value[:-9]):
        assert recognize(wrong) is None


def test_a_token_of_another_kind_is_none_of_this_kind() -> None:
    assert parse_opaque_token(make_opaque_token("wbs").value, "wbp") is None


def test_its_repr_hides_the_secret() -> None:
    token = make_opaque_token("wbp")
    assert token.secret not in repr(token)
    assert token.selector in repr(token)


def test_the_published_pattern_finds_it_in_a_text() -> None:
    published = re.search(r"`(wb\[.+?\]\{8\})`", DOCUMENT.read_text())
    assert published
    value = make_opaque_token("wbp").value
    assert re.findall(published[1], f"password={value}; next") == [value]
