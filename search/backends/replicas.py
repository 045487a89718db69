"""The database's engine, asked of a replica: what it finds is looked at once more in the primary."""

from __future__ import annotations

from accounts.replicas import read
from search.backends.base import Hit, Key, Reach
from search.backends.database import DatabaseSearch
from search.ranking import Plan


class ReplicaSearch(DatabaseSearch):
    """Finds and counts by a replica that keeps up; entries are kept in the primary."""

    def find(self, reach: Reach, plan: Plan, *, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind that key, best first."""
        find = super().find
        return read(lambda _: find(reach, plan, after=after, limit=limit))

    def count(self, reach: Reach, plan: Plan, *, limit: int) -> int:
        """Return how many there are, or `limit` if there are as many or more."""
        count = super().count
        return read(lambda _: count(reach, plan, limit=limit))
