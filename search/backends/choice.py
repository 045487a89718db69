"""The one place that chooses the engine."""

from __future__ import annotations

from search.backends.base import SearchBackend
from search.backends.database import DatabaseSearch

database: SearchBackend = DatabaseSearch()


def searching() -> SearchBackend:
    """Return the engine that is asked."""
    return database
