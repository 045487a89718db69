"""docs/operations/promises.md: every promise is there once, and each test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "operations" / "promises.md"
_ROW = re.compile(r"^\| (L\d+) \| .*$", re.MULTILINE)
_TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def named_tests() -> list[tuple[str, str]]:
    return sorted(set(_TEST.findall(PAGE.read_text())))


def test_every_promise_is_told_once() -> None:
    assert _ROW.findall(PAGE.read_text()) == [f"L{number}" for number in range(1, 26)]


@pytest.mark.parametrize(("file", "test"), named_tests())
def test_each_test_that_shows_one_exists(file: str, test: str) -> None:
    tree = ast.parse((ROOT / file).read_text())
    assert test in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
