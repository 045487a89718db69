"""`manage.py rebuild_search_index`: make the index anew, while the present one is searched."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.rebuild import Overtaken, rebuild_index


class Command(BaseCommand):
    """See docs/operations/search.md."""

    help = "Makes the search index anew beside the one that is searched, and switches to it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Rebuild, and tell what is done."""
        try:
            entries = rebuild_index(tell=self.stdout.write)
        except Overtaken as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{entries} repositories can be found.")
