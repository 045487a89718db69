"""What a search backend can do. Visibility is none of its business: it gets what may be seen."""

from __future__ import annotations

from typing import Protocol

from django.db.models import QuerySet

from index.models import Repository
from search.query import SearchQuery


class SearchBackend(Protocol):
    """Finds and ranks; the engine counts and cuts pages."""

    def find(self, visible: QuerySet[Repository], query: SearchQuery) -> QuerySet[Repository]:
        """Return those of `visible` that have all words of the query, best first."""
