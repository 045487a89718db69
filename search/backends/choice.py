"""The one place that chooses the engine."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings

from search.backends.base import SearchBackend
from search.backends.database import DatabaseSearch
from search.backends.replicas import ReplicaSearch

if TYPE_CHECKING:
    from search.backends.opensearch import OpenSearchEngine

database: SearchBackend = DatabaseSearch()
replicated: SearchBackend = ReplicaSearch()


def searching() -> SearchBackend:
    """Return the engine that is asked."""
    return opensearch() or (replicated if settings.REPLICAS else database)


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
