"""One launcher per data folder, and the note by which others find it."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from launcher.instance import Note, is_running, locked, remove_socket_folder, socket_folder
from launcher.problems import Problem


def note(port: int = 8080) -> Note:
    return Note.of_this_process(port, sockets=Path("/s"), variables={"WAYBILL_VAR": "/v"})


def test_a_second_launcher_is_told_where_the_first_one_answers(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    note(8123).write(tmp_path / "run")
    with (
        locked(tmp_path),
        pytest.raises(Problem, match=r"already runs.*http://127.0.0.1:8123/"),
        locked(tmp_path),
    ):
        pytest.fail("two launchers hold one folder")


def test_a_folder_is_free_again_when_its_launcher_ended(tmp_path: Path) -> None:
    with locked(tmp_path):
        assert is_running(tmp_path)
    assert not is_running(tmp_path)


def test_nothing_runs_in_a_folder_that_does_not_exist(tmp_path: Path) -> None:
    assert not is_running(tmp_path / "nowhere")


def test_a_note_is_read_as_it_was_written_and_is_private(tmp_path: Path) -> None:
    written = note()
    written.processes = {"web": {"pid": 1, "started": 2}}
    written.write(tmp_path)
    assert Note.read(tmp_path) == written
    assert stat.S_IMODE((tmp_path / "instance.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("text", ["", "{", "[]", '{"port": 1}', '{"other": "version"}'])
def test_a_note_that_cannot_be_understood_is_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "instance.json").write_text(text)
    assert Note.read(tmp_path) is None


def test_sockets_lie_in_the_run_folder_where_its_path_is_short() -> None:
    assert socket_folder(Path("/srv/waybill/run")) == Path("/srv/waybill/run")


@pytest.mark.parametrize("name", ["long" * 30, "with a space", "100%"])
def test_an_awkward_path_gets_a_private_socket_folder_elsewhere(name: str) -> None:
    run = Path("/srv") / name / "run"
    sockets = socket_folder(run)
    assert len(str(sockets)) < 90
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    remove_socket_folder(sockets, run)
    assert not sockets.exists()


def test_the_run_folder_itself_is_never_removed(tmp_path: Path) -> None:
    remove_socket_folder(tmp_path, tmp_path)
    assert tmp_path.exists()
