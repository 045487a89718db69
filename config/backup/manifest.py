"""The manifest of a backup: what it is of, by which version, and what its files must be."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Self

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from config.backup.errors import BackupTrouble
from config.version import NUMBER

NAME = "manifest.json"
FORMAT = 1
# Those of Django and of packages come with their versions, which ours pin.
_OURS = frozenset({"accounts", "index", "search", "tokenauth"})


@dataclass(frozen=True, slots=True)
class Manifest:
    """Everything that is asked before a backup is restored."""

    format: int
    made_at: str
    version: str
    database: str  # sqlite or postgresql
    migrations: list[str]  # all that were applied
    secret_key: str  # a print of it: what is encrypted in the database needs the same
    files: dict[str, str]  # name → SHA-256

    @classmethod
    def of(cls, folder: Path) -> Self:
        """Describe the files of a folder, made of this installation just now."""
        return cls(
            format=FORMAT,
            made_at=timezone.now().isoformat(),
            version=NUMBER,
            database=connection.vendor,
            migrations=_applied(),
            secret_key=print_of_secret_key(),
            files={file.name: _digest(file) for file in sorted(folder.iterdir())},
        )

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what a folder says of itself; raise BackupTrouble if it is no whole backup."""
        try:
            found = cls(**json.loads((folder / NAME).read_text()))
        except (OSError, ValueError, TypeError) as error:
            message = f"{folder} is no backup: its {NAME} cannot be read ({error})."
            raise BackupTrouble(message) from error
        if found.format != FORMAT:
            message = f"{folder} has format {found.format}; this version reads {FORMAT}."
            raise BackupTrouble(message)
        for name, digest in found.files.items():
            file = folder / Path(name).name
            if not file.is_file() or _digest(file) != digest:
                message = f"{file} is missing or was changed since the backup."
                raise BackupTrouble(message)
        return found

    def write(self, folder: Path) -> None:
        """Put it beside the files."""
        (folder / NAME).write_text(json.dumps(asdict(self), indent=1) + "\n")

    def check_fits(self) -> None:
        """Raise BackupTrouble where this installation cannot take it."""
        if self.database != connection.vendor:
            message = (
                f"The backup is of {self.database}, and WAYBILL_DATABASE_URL names"
                f" {connection.vendor}: restore it into the same kind of database."
            )
            raise BackupTrouble(message)
        theirs, ours = set(self.migrations), _known()
        if newer := sorted(theirs - ours):
            message = (
                f"The backup was made by a newer version ({self.version}): this one does not know"
                f" migration {newer[0]}. Install that version, and restore with it."
            )
            raise BackupTrouble(message)
        if older := sorted(ours - theirs):
            message = (
                f"The backup was made by an older version ({self.version}), before migration"
                f" {older[0]}. Install that version, restore with it, then upgrade."
            )
            raise BackupTrouble(message)
        if not constant_time_compare(self.secret_key, print_of_secret_key()):
            message = (
                "WAYBILL_SECRET_KEY is not the one of the backup, so second factors and webhooks"
                " could not be read. It lies in the file of keys: `manage.py restore_keys`."
            )
            raise BackupTrouble(message)


def print_of_secret_key() -> str:
    """Return what tells two secret keys apart and neither of them."""
    return salted_hmac("config.backup", "print", algorithm="sha256").hexdigest()


def _applied() -> list[str]:
    applied = MigrationLoader(connection).applied_migrations
    return sorted(f"{app}.{name}" for app, name in applied if app in _OURS)


def _known() -> set[str]:
    disk = MigrationLoader(None).disk_migrations
    return {f"{app}.{name}" for app, name in disk if app in _OURS}


def _digest(file: Path) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as content:
        while block := content.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
