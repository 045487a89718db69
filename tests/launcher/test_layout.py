"""The data folder belongs to one user, who is told how to get one of their own."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from launcher.layout import Layout, check_owner, layout_from, prepare
from launcher.problems import Problem


def test_private_folders_are_private(tmp_path: Path) -> None:
    prepare(Layout(var=tmp_path / "var"))
    assert stat.S_IMODE((tmp_path / "var" / "secrets").stat().st_mode) == 0o700
    assert (tmp_path / "var" / "nginx" / "temp").is_dir()


def test_a_folder_of_somebody_else_is_refused_with_three_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(Layout(var=tmp_path))
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 12345)
    with pytest.raises(Problem, match=r"belongs to .*--var DIR.*chown -R"):
        check_owner(tmp_path)


def test_a_folder_that_does_not_exist_yet_is_nobodys(tmp_path: Path) -> None:
    check_owner(tmp_path / "var")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Problem, match=r"cannot be written.*--var DIR"):
        prepare(Layout(var=tmp_path / "file" / "var"))


def test_relative_folders_are_meant_from_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("WAYBILL_VENV", raising=False)
    layout = layout_from(var="data", venv=None)
    assert layout.var == tmp_path / "data"
    assert layout.venv == tmp_path / "data" / "venv"


def test_a_chosen_environment_serves_runs_and_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAYBILL_VENV", "/opt/venv")
    layout = layout_from(var=None, venv=None)
    assert layout.venv == layout.dev_venv == Path("/opt/venv")
