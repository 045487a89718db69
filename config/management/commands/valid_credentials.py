"""`manage.py valid_credentials FILE`: which credentials hold, for a restore of an older backup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.backup.credentials import valid_now


class Command(BaseCommand):
    """Of the database that is going to be replaced, when nothing else changes it any more."""

    help = "Write which credentials hold now: public parts and prints, no secret."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file."""
        parser.add_argument("file", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write it."""
        valid_now().write(options["file"])
        self.stdout.write(f"{options['file']}: give it to `manage.py restore --valid`.")
