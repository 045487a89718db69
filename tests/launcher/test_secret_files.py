"""Secrets: made once, readable by their owner only."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from launcher.secret_files import NAMES, make_missing, write_new


def test_every_secret_is_long_different_and_private(tmp_path: Path) -> None:
    make_missing(tmp_path)
    files = [tmp_path / name for name in NAMES]
    assert len({file.read_text() for file in files}) == len(NAMES)
    assert all(len(file.read_text().strip()) >= 48 for file in files)
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_secret_that_exists_is_kept(tmp_path: Path) -> None:
    make_missing(tmp_path)
    before = (tmp_path / "secret_key").read_text()
    make_missing(tmp_path)
    assert (tmp_path / "secret_key").read_text() == before


def test_a_file_that_somebody_put_in_the_way_is_not_written_to(tmp_path: Path) -> None:
    draft = tmp_path / ".secret_key"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("os.getpid", lambda: "1")
        draft.with_name(".secret_key.1").write_text("somebody else's")
        with pytest.raises(FileExistsError):
            write_new(tmp_path / "secret_key", "ours")
