"""reset deletes what Waybill made, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher.instance import locked
from launcher.layout import Layout, prepare
from launcher.problems import Problem
from launcher.reset import reset


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    layout = Layout(var=tmp_path / "var")
    prepare(layout)
    (layout.var / "waybill.sqlite3").touch()
    return layout


def test_everything_of_ours_goes(layout: Layout) -> None:
    assert reset(layout, sure=True) == 0
    assert not layout.var.exists()


def test_what_is_not_ours_stays(layout: Layout) -> None:
    (layout.var / "thesis.tex").touch()
    reset(layout, sure=True)
    assert [path.name for path in layout.var.iterdir()] == ["thesis.tex"]


def test_a_folder_without_an_instance_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    assert reset(Layout(var=tmp_path), sure=True) == 0
    assert (tmp_path / "log").exists()


def test_a_running_instance_is_not_deleted(layout: Layout) -> None:
    with locked(layout.var), pytest.raises(Problem, match="already runs"):
        reset(layout, sure=True)


def test_nothing_is_deleted_without_somebody_to_ask(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    with pytest.raises(Problem, match="--yes"):
        reset(layout, sure=False)
