"""The page about moving names every kind and every field, and nothing else."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from config.estate.file import FORMAT, FORMAT_VERSION
from config.estate.records import KINDS, Record
from config.estate.values import is_required

PAGE = (Path(__file__).parents[2] / "docs" / "operations" / "moving.md").read_text()
SECTIONS = dict(re.findall(r"^### ([a-z-]+)\n(.*?)(?=^### |\Z)", PAGE, re.MULTILINE | re.DOTALL))


def test_the_page_has_the_kinds_in_the_order_of_the_file() -> None:
    assert list(SECTIONS) == [kind.KIND for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_a_kind_has_the_fields_of_its_table(kind: type[Record]) -> None:
    rows = re.findall(r"^\| `(\w+)` \|(.*)$", SECTIONS[kind.KIND], re.MULTILINE)
    assert [name for name, _ in rows] == [one.name for one in fields(kind)]
    assert {name for name, row in rows if "**required**" in row} == {
        one.name for one in fields(kind) if is_required(one)
    }
    assert {name for name, row in rows if "--with-credentials" in row} == {
        *kind.credential_fields()
    }


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.KIND)
def test_a_kind_is_told_apart_as_the_page_says(kind: type[Record]) -> None:
    told = re.search(r"Told apart by ([^.]*)\.", SECTIONS[kind.KIND])
    assert told
    assert re.findall(r"`(\w+)`", told[1]) == list(kind.KEY)


def test_the_page_says_which_format_it_is() -> None:
    assert f"`format` (`{FORMAT}`), `version` ({FORMAT_VERSION})" in PAGE
