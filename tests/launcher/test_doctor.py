"""The doctor tells what hinders a run, and what is only missing for tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from launcher import doctor, tools
from launcher.instance import Note, locked
from launcher.layout import Layout, prepare
from launcher.ports import free_ports, listener


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Layout:
    """A machine without tools and without apt."""
    monkeypatch.setattr(tools, "USUAL_FOLDERS", ())
    monkeypatch.setattr(tools, "postgresql_folders", lambda _base: [])
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("WAYBILL_TOOLS", raising=False)
    return Layout(var=tmp_path / "var")


def test_a_tool_that_cannot_be_had_hinders_a_run(bare: Layout) -> None:
    finding = doctor.tool_finding("nginx", bare, needed=True)
    assert finding.hinders
    assert "Debian calls the packages nginx" in finding.found


def test_a_tool_for_tests_does_not_hinder_a_run(bare: Layout) -> None:
    assert not doctor.tool_finding("chromium-headless-shell", bare, needed=False).hinders


def test_the_exit_status_tells_whether_a_run_could_work(
    bare: Layout, capsys: pytest.CaptureFixture[str]
) -> None:
    assert doctor.doctor(bare, free_ports(1)[0]) == 1
    assert "! nginx" in capsys.readouterr().out


def test_a_busy_port_is_a_finding(bare: Layout) -> None:
    with listener(0) as busy:
        (finding,) = list(doctor.instance_findings(bare, busy.getsockname()[1]))[1:]
    assert finding.hinders


def test_an_instance_that_runs_but_does_not_answer_is_told(bare: Layout) -> None:
    prepare(bare)
    (port,) = free_ports(1)
    Note.of_this_process(port, sockets=bare.run, variables={}).write(bare.run)
    with locked(bare.var):
        (finding,) = doctor.instance_findings(bare, 8080)
    assert f"http://127.0.0.1:{port}/" in finding.found
    assert "gateway does not" in finding.found


def test_the_size_of_the_data_folder_is_told(bare: Layout) -> None:
    prepare(bare)
    (bare.var / "log" / "x").write_bytes(b"x" * 2_000_000)
    assert ", 2 MB, owned by" in doctor.folder_finding(bare.var).found


def test_without_tools_in_the_folder_nothing_is_made_up(tmp_path: Path) -> None:
    assert "will be made" in doctor.folder_finding(tmp_path / "var").found
