"""A backup is refused, with a sentence, where it would not be what it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.backup import manifest
from config.backup.credentials import Valid, valid_now
from config.backup.errors import BackupTrouble
from config.backup.manifest import Manifest
from tests.conftest import World


@pytest.fixture
def backup(db: None, tmp_path: Path) -> Path:
    """A backup with a file that nobody opens."""
    folder = tmp_path / "backup"
    folder.mkdir()
    (folder / "database.dump").write_text("content")
    Manifest.of(folder).write(folder)
    return folder


def change(backup: Path, **values: Any) -> Manifest:
    """Rewrite the manifest, and read it."""
    file = backup / "manifest.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | values))
    return Manifest.read(backup)


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The migrations of this version."""
    migrations = ["accounts.0001_initial", "index.0001_initial", "index.0002_people"]
    monkeypatch.setattr(manifest, "_known", lambda: set(migrations))
    return migrations


def test_a_backup_of_this_version_fits(backup: Path, known: list[str]) -> None:
    change(backup, migrations=known).check_fits()


def test_one_of_a_newer_version_names_what_to_install(backup: Path, known: list[str]) -> None:
    found = change(backup, version="9.1", migrations=[*known, "index.9999_future"])
    with pytest.raises(BackupTrouble, match=r"newer version \(9\.1\).*index\.9999_future"):
        found.check_fits()


def test_one_of_an_older_version_does_too(backup: Path, known: list[str]) -> None:
    found = change(backup, version="0.1", migrations=known[:-1])
    with pytest.raises(BackupTrouble, match=r"older version \(0\.1\)"):
        found.check_fits()


def test_another_kind_of_database_is_refused(backup: Path) -> None:
    with pytest.raises(BackupTrouble, match="same kind of database"):
        change(backup, database="oracle").check_fits()


def test_another_secret_key_is_refused(backup: Path, known: list[str], settings: Any) -> None:
    found = change(backup, migrations=known)
    settings.SECRET_KEY = "another-" * 8
    with pytest.raises(BackupTrouble, match="restore_keys"):
        found.check_fits()


def test_a_file_that_was_changed_or_is_missing_is_named(backup: Path) -> None:
    (backup / "database.dump").write_text("Content")
    with pytest.raises(BackupTrouble, match=r"database\.dump"):
        Manifest.read(backup)
    (backup / "database.dump").unlink()
    with pytest.raises(BackupTrouble, match=r"database\.dump"):
        Manifest.read(backup)


@pytest.mark.parametrize("text", ["", "[]", '{"format": 1}', "not json"])
def test_what_is_no_backup_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BackupTrouble, match="is no backup"):
        Manifest.read(tmp_path)


def test_a_backup_with_another_format_is_refused(backup: Path) -> None:
    with pytest.raises(BackupTrouble, match="has format 2"):
        change(backup, format=2)


def test_keys_beside_the_database_are_refused(db: None, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    with pytest.raises(CommandError, match="elsewhere"):
        call_command(
            "backup", str(folder), keys=folder / "keys.enc", passphrase_file=tmp_path / "words"
        )
    assert not folder.exists()


def test_a_list_that_is_older_than_the_backup_is_refused(world: World, tmp_path: Path) -> None:
    file = tmp_path / "valid.json"
    valid_now().write(file)
    with pytest.raises(BackupTrouble, match="older than the backup"):
        Valid.read(file, made_at=timezone.now().isoformat())
    file.write_text("{}")
    with pytest.raises(BackupTrouble, match="no list"):
        Valid.read(file, made_at=timezone.now().isoformat())
