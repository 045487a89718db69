"""docs/compatibility.md says what was run, of tests that exist, and nothing else."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from launcher.layout import CHECKOUT
from tests.e2e.compatibility.asking import CLIENTS
from tests.e2e.compatibility.page import MISSING, OPERATIONS, PAGE, RUNS, render

_FOLDER = CHECKOUT / "tests" / "e2e"
_SHOWS = "pytest.mark.shows"


def marked() -> set[tuple[str, ...]]:
    """Return test, client and operations of every test that has the mark, as its file says."""
    return {found for path in _FOLDER.rglob("test_*.py") for found in _marked_in(path)}


def _marked_in(path: Path) -> Iterator[tuple[str, ...]]:
    tree = ast.parse(path.read_text())
    name = path.relative_to(CHECKOUT)
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for one in function.decorator_list:
            if isinstance(one, ast.Call) and ast.unparse(one.func) == _SHOWS:
                yield (f"{name}::{function.name}", *map(ast.literal_eval, one.args))


@pytest.fixture(scope="module")
def runs() -> list[dict[str, Any]]:
    """What the last runs have written down."""
    found: list[dict[str, Any]] = json.loads(RUNS.read_text())
    return found


def test_the_page_is_made_of_what_was_written_down(runs: list[dict[str, Any]]) -> None:
    assert PAGE.read_text() == render(runs), "run ./dev compatibility"


def test_every_row_names_a_test_and_every_such_test_has_a_row(runs: list[dict[str, Any]]) -> None:
    for run in runs:
        rows = {(row["test"], row["client"], *row["operations"]) for row in run["results"]}
        assert rows == marked(), "run ./dev compatibility"


def test_every_client_has_each_operation_or_a_reason() -> None:
    shown = {(row[1], operation) for row in marked() for operation in row[2:]}
    for client, reasons in MISSING.items():
        assert {one for one in OPERATIONS if (client, one) in shown} ^ set(reasons) == set(
            OPERATIONS
        )


def test_every_client_that_was_run_has_a_version(runs: list[dict[str, Any]]) -> None:
    for run in runs:
        tried = {row["client"] for row in run["results"] if row["outcome"] != "skipped"}
        assert tried <= set(CLIENTS)
        assert all(run["clients"][client] for client in tried)
