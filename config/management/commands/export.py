"""`manage.py export FILE`: everything that this Waybill owns, as a file of records (docs/operations/moving.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.audit import AuditAction, record
from accounts.principals import ANONYMOUS
from config.estate.exporting import export


class Command(BaseCommand):
    """While everything runs."""

    help = "Write people, organizations, repositories and all that is theirs into a file, to move out with."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take a file."""
        parser.add_argument("file", type=Path, help="a new file; compressed if it ends with .gz")
        parser.add_argument(
            "--with-credentials",
            action="store_true",
            help="with hashes of passwords and digests of tokens: guard the file as the database",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write it whole or not at all."""
        file: Path = options["file"]
        credentials: bool = options["with_credentials"]
        if file.exists():
            message = f"{file} is there already."
            raise CommandError(message)
        try:
            count = export(file, credentials=credentials)
        except OSError as trouble:
            raise CommandError(str(trouble)) from trouble
        record(
            AuditAction.ESTATE_EXPORTED, by=ANONYMOUS, target="estate",
            records=count, credentials=credentials, via="command line",
        )  # fmt: skip
        self.stdout.write(f"{file} has {count} records.")
