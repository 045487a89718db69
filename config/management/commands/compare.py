"""`manage.py compare FILE FILE`: whether two files of records say the same (docs/operations/moving.md)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.estate.comparing import differences
from config.estate.file import Damaged


class Command(BaseCommand):
    """Reads two files and no database."""

    help = "Say what differs between two files that `export` wrote; nothing but the header may."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take two files."""
        parser.add_argument("file", type=Path)
        parser.add_argument("other", type=Path)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Fail where they differ."""
        try:
            found = 0
            for line in differences(options["file"], options["other"]):
                self.stdout.write(line)
                found += 1
        except (Damaged, OSError) as trouble:
            raise CommandError(str(trouble)) from trouble
        if found:
            message = f"{found} differences."
            raise CommandError(message)
        self.stdout.write("Both say the same.")
