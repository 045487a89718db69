"""One log: a prefix per process, everything in the file, the routine kept off the terminal."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from launcher import log as log_module
from launcher.log import Log


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "waybill.log"


def test_every_line_has_the_name_of_its_process(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = Log(file)
    log.follow("web", io.StringIO("started\nserving\n"))
    log.close()
    assert capsys.readouterr().out == "web       | started\nweb       | serving\n"
    assert file.read_text().count(" web       | ") == 2


@pytest.mark.parametrize(
    "text",
    [
        "[INFO/Beat] Scheduler: Sending due task worker-heartbeat (config.tasks.heartbeat)",
        "Task config.tasks.heartbeat[ed74] received",
        "Task index.tasks.sweep_deletions[60f9] succeeded in 0.002s: None",
        "1:M # WARNING Memory overcommit must be enabled! Without it, ...",
        'level=error err.code="blob unknown" http.request.method=HEAD http.request.useragent=docker',
        'level=error msg="response completed with error" http.request.useragent=waybill-probe',
    ],
)
def test_routine_is_kept_in_the_file_only(
    file: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    log = Log(file)
    log.line("worker", text)
    log.close()
    assert capsys.readouterr().out == ""
    assert text in file.read_text()


def test_a_sweep_that_fails_is_shown(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = Log(file)
    log.line("worker", "Task index.tasks.sweep_deletions[60f9] raised unexpected: OSError()")
    log.close()
    assert "raised unexpected" in capsys.readouterr().out


def test_the_last_lines_of_a_process_are_remembered(file: Path) -> None:
    log = Log(file)
    for number in range(50):
        log.line("east", str(number))
    log.close()
    assert log.recent("east")[-1] == "49"
    assert len(log.recent("east")) == log_module.REMEMBERED_LINES


def test_a_log_that_grew_large_is_set_aside(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_module, "LARGEST_LOG", 10)
    file.write_text("old and long enough\n")
    Log(file).close()
    assert file.with_name("waybill.log.1").read_text() == "old and long enough\n"
    assert file.read_text() == ""
