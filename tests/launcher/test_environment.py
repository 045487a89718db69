"""The virtual environment is built again exactly when it no longer fits."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from launcher import environment
from launcher.environment import DEVELOPMENT, RUNTIME, is_fit, stamp_for


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / RUNTIME).write_text("django==5.2\n")
    (tmp_path / DEVELOPMENT).write_text("django==5.2\npytest==9.2\n")
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    return tmp_path


@pytest.fixture
def venv(checkout: Path) -> Path:
    venv = checkout / "venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").touch()
    return venv


def stamp(venv: Path, requirements: str) -> None:
    (venv / "waybill.json").write_text(json.dumps(stamp_for(venv, requirements)))


def test_a_finished_environment_fits(venv: Path) -> None:
    stamp(venv, RUNTIME)
    assert is_fit(venv, RUNTIME)


def test_one_that_was_never_finished_does_not(venv: Path) -> None:
    assert not is_fit(venv, RUNTIME)


def test_it_is_outdated_when_the_lock_changes(venv: Path, checkout: Path) -> None:
    stamp(venv, RUNTIME)
    (checkout / RUNTIME).write_text("django==5.2.1\n")
    assert not is_fit(venv, RUNTIME)


def test_the_environment_of_the_tests_can_also_run_waybill(venv: Path) -> None:
    stamp(venv, DEVELOPMENT)
    assert is_fit(venv, RUNTIME)


def test_the_environment_of_a_run_cannot_run_the_tests(venv: Path) -> None:
    stamp(venv, RUNTIME)
    assert not is_fit(venv, DEVELOPMENT)


def test_a_copied_environment_does_not_fit(venv: Path) -> None:
    stamp(venv, RUNTIME)
    moved = venv.rename(venv.with_name("moved"))
    assert not is_fit(moved, RUNTIME)


def test_another_python_needs_another_environment(
    venv: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp(venv, RUNTIME)
    monkeypatch.setattr("platform.python_version", lambda: "3.99.0")
    assert not is_fit(venv, RUNTIME)


def test_settings_for_pip_are_not_bypassed_with_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: "/usr/bin/uv")
    monkeypatch.setenv("PIP_INDEX_URL", "https://packages.example.com/simple")
    assert not environment.use_uv()
