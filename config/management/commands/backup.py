"""`manage.py backup FOLDER`: database and manifest; the keys go encrypted to where they are told."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup.dump import dump, name
from config.backup.errors import BackupTrouble
from config.backup.keys_file import read_passphrase, write_keys
from config.backup.manifest import Manifest


class Command(BaseCommand):
    """While everything runs."""

    help = "Write a consistent backup of the database into a new folder; with --keys the keys, too."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take places."""
        parser.add_argument("folder", type=Path, help="a new folder")
        parser.add_argument(
            "--keys", type=Path, metavar="FILE",
            help="signing keys and secrets, encrypted; keep it elsewhere than the folder",
        )  # fmt: skip
        parser.add_argument("--passphrase-file", type=Path, metavar="FILE")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write it whole or not at all."""
        folder: Path = options["folder"]
        try:
            if options["keys"]:
                _write_keys(options["keys"], options["passphrase_file"], folder)
            _write(folder)
        except (BackupTrouble, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"{folder} has everything but keys, and what lies in registries.")


def _write_keys(file: Path, passphrase_file: Path | None, folder: Path) -> None:
    if passphrase_file is None:
        message = "--keys needs --passphrase-file."
        raise BackupTrouble(message)
    if folder.resolve() in file.resolve().parents:
        message = "Keep the keys elsewhere than the database: whoever had both could be anybody."
        raise BackupTrouble(message)
    write_keys(file, read_passphrase(passphrase_file))


def _write(folder: Path) -> None:
    if folder.exists():
        message = f"{folder} is there already."
        raise BackupTrouble(message)
    partial = folder.with_name(f"{folder.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(mode=0o700, parents=True)
    dump(partial / name())
    Manifest.of(partial).write(partial)
    partial.rename(folder)
