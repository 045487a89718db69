"""`manage.py restore_keys FILE`: the keys of a backup into the folder of keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.backup.errors import BackupTrouble
from config.backup.keys_file import read_passphrase, restore_keys


class Command(BaseCommand):
    """Before the database: that one wants the secret key it was made with."""

    help = "Put signing keys back from an encrypted file, and with --secrets the two secrets."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take places."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--passphrase-file", type=Path, metavar="FILE", required=True)
        parser.add_argument(
            "--secrets", type=Path, metavar="FOLDER",
            help="where files secret_key and gateway_secret go; without it they are left out",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Do it."""
        try:
            passphrase = read_passphrase(options["passphrase_file"])
            restore_keys(options["file"], passphrase, secrets_into=options["secrets"])
        except (BackupTrouble, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        self.stdout.write(f"The keys lie in {settings.KEYS_DIR}.")
