"""`manage.py fill_opensearch`: a new index in OpenSearch, while the present one is searched."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from search.backends import choice


class Command(BaseCommand):
    """See docs/operations/search-engines.md."""

    help = "Fills a new index in OpenSearch beside the one that is searched, and switches to it."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Fill it, and tell how many can be found."""
        engine = choice.opensearch()
        if engine is None:
            message = "WAYBILL_OPENSEARCH_URLS is not set: the database is searched."
            raise CommandError(message)
        if (total := engine.fill()) is None:
            message = "OpenSearch is away; what was searched before is searched on."
            raise CommandError(message)
        self.stdout.write(f"{total} repositories can be found in OpenSearch.")
