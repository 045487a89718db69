"""`manage.py check_search_index`: what is wrong in the index, and mend it if asked to."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from search import drift


class Command(BaseCommand):
    """See docs/operations/search.md."""

    help = "Compares the search index with the repositories; exits with 1 where it is wrong."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take `--mend`."""
        parser.add_argument("--mend", action="store_true", help="write what is wrong anew")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Look, and say what was found."""
        found = drift.check_index()
        if not found.wrong:
            self.stdout.write(f"{found.entries} entries are as they should be.")
            return
        some = ", ".join(map(str, found.wrong[:10]))
        message = f"{len(found.wrong)} of {found.entries} entries are wrong: repositories {some}"
        if not options["mend"]:
            raise CommandError(message)
        drift.mend(found)
        self.stdout.write(f"{message}. They were written anew.")
