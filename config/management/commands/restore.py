"""`manage.py restore FOLDER`: a backup into an empty database; what was revoked since stays revoked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from config import maintenance
from config.backup.credentials import Valid, end_what_does_not_hold
from config.backup.dump import check_empty, load, name
from config.backup.errors import BackupTrouble
from config.backup.manifest import Manifest

_WORDS = "A backup is being restored."


class Command(BaseCommand):
    """Nothing else of this installation may run meanwhile."""

    help = (
        "Restore a backup into an empty database. Of credentials those that --valid lists hold on;"
        " without that list every one ends, for nobody knows which were revoked since."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the backup, and what is known."""
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--valid", type=Path, metavar="FILE",
            help="what `manage.py valid_credentials` wrote of the database that is replaced",
        )  # fmt: skip

    def handle(self, *_args: Any, **options: Any) -> None:
        """Check everything first, then fill, then end what does not hold."""
        folder: Path = options["folder"]
        try:
            manifest = Manifest.read(folder)
            manifest.check_fits()
            check_empty()
            file = options["valid"]
            valid = Valid.read(file, made_at=manifest.made_at) if file else None
        except BackupTrouble as trouble:
            raise CommandError(str(trouble)) from trouble
        maintenance.begin(maintenance.Maintenance(_WORDS))
        try:
            load(folder / name())
            connection.close()
            ended = end_what_does_not_hold(valid)
        except Exception as trouble:
            message = (
                f"{trouble}\nNothing may use this database: empty it, and restore again."
                " This host stays in maintenance until then."
            )
            raise CommandError(message) from trouble
        maintenance.end()
        self._tell(manifest, ended)

    def _tell(self, manifest: Manifest, ended: dict[str, int]) -> None:
        self.stdout.write(f"Everything is as on {manifest.made_at}. Ended:")
        for kind, count in ended.items():
            self.stdout.write(f"  {kind}: {count}")
        self.stdout.write(
            "Now: `manage.py doctor`; new secrets for registries that lost theirs (`registries"
            " set`); `manage.py reconcile`, for what was pushed or deleted since."
        )
