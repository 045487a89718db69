"""Each test is asked on both databases, or on the one that is named for it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from launcher import packages, stages
from launcher.databases import DOORS, DOORS_ON_BOTH, ON_POSTGRESQL, ON_SQLITE, on_sqlite
from launcher.layout import CHECKOUT, Layout
from launcher.results import Outcome
from launcher.stages import Workshop, run_postgresql, run_sqlite

WHOLE = Workshop(Layout(var=Path("var")), Path("python"), Path("reports"), arguments=())


@pytest.fixture
def options(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What pytest was told last."""
    told: list[str] = []

    def run(*_: Any, arguments: list[str], **__: Any) -> Outcome:
        told[:] = arguments
        return Outcome("some")

    monkeypatch.setattr(stages, "pytest", run)
    monkeypatch.setattr(stages, "fetch_tools", lambda *_: {})
    monkeypatch.setattr(packages, "ensure", lambda *_: {"initdb": Path("initdb")})
    monkeypatch.setattr(stages, "migrated_cluster", lambda *_: pytest.MonkeyPatch.context())
    return told


def test_what_is_named_is_there() -> None:
    named = (*ON_SQLITE, *DOORS, *DOORS_ON_BOTH, *ON_POSTGRESQL)
    assert [path for path in named if not (CHECKOUT / path).exists()] == []


def test_nothing_is_left_out_on_both() -> None:
    assert ON_POSTGRESQL & {*on_sqlite(CHECKOUT)} == set()


def test_a_whole_run_asks_the_doors_on_sqlite_alone(options: list[str]) -> None:
    run_sqlite(WHOLE)
    assert "--ignore=tests/web/test_home.py" not in options
    assert "--ignore=tests/api/test_whatever_is_asked.py" in options
    run_postgresql(WHOLE)
    assert "--ignore=tests/web/test_home.py" in options
    assert "--ignore=tests/architecture" in options
    assert "--ignore=tests/web/test_query_counts.py" not in options
    assert "--ignore=tests/api/test_whatever_is_asked.py" not in options


@pytest.mark.parametrize(
    "workshop", [replace(WHOLE, every_database=True), replace(WHOLE, arguments=["-k", "home"])]
)
def test_everything_and_what_is_chosen_is_asked_on_both(
    options: list[str], workshop: Workshop
) -> None:
    for run in (run_sqlite, run_postgresql):
        run(workshop)
        assert [option for option in options if option.startswith("--ignore=")] == [
            "--ignore=tests/e2e",
            "--ignore=tests/faults",
        ]
        assert "without_database" not in " ".join(options)
