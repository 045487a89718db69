"""The one place that chooses the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from search.backends.base import SearchBackend
from search.backends.database import DatabaseSearch

if TYPE_CHECKING:
    from search.backends.opensearch import OpenSearchEngine

database: SearchBackend = DatabaseSearch()


def searching() -> SearchBackend:
    """Return the engine that is asked."""
    return opensearch() or database


def kept() -> tuple[SearchBackend, ...]:
    """Return the engines that are told of entries: the database's always."""
    other = opensearch()
    return (database, other) if other else (database,)


def opensearch() -> OpenSearchEngine | None:
    """Return the engine of the cluster that the settings name."""
    if not settings.OPENSEARCH_URLS:
        return None
    from search.backends.opensearch import engine  # its client is large: for those who use it

    return engine(database)
