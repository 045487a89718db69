"""The engine in OpenSearch, for those past one machine; the database's stands behind it.

It answers from documents that are written after the commit, so a moment late. Two things make that
honest. What is not written yet is known: repositories whose change waits are left out of hits, counts and
facets unless everybody may see them. And nothing depends on the cluster: while it is away, was never
filled, or lags far behind, the engine in the database answers, whose entries are always kept as well.
Keys are the same in both, so that a page may come from one and the next page from the other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from typing import TypeVar

from django.conf import settings

from search.backends import opensearch_upkeep
from search.backends.base import Hit, Key, Reach, SearchBackend
from search.backends.opensearch_cluster import Address, Cluster, ClusterAway
from search.backends.opensearch_outbox import hidden, note
from search.backends.opensearch_queries import count_of, hits_of, page_of, total_of
from search.backends.slots import Slot
from search.documents import Entry
from search.ranking import Plan

Answer = TypeVar("Answer")

_LOGGER = logging.getLogger(__name__)


class OpenSearchEngine:
    """A SearchBackend."""

    def __init__(self, cluster: Cluster, database: SearchBackend) -> None:
        """Search in the cluster, or in the database while it is away."""
        self._cluster = cluster
        self._database = database

    def find(self, reach: Reach, plan: Plan, *, after: Key | None, limit: int) -> list[Hit]:
        """Return up to `limit` hits behind that key, best first."""
        try:
            body = page_of(reach, plan, after=after, limit=limit, hidden=hidden())
            return self._cluster.search(body, lambda found: hits_of(found, plan))
        except ClusterAway:
            return self._database.find(reach, plan, after=after, limit=limit)

    def count(self, reach: Reach, plan: Plan, *, limit: int) -> int:
        """Return how many there are, or `limit` if there are as many or more."""
        try:
            body = count_of(reach, plan, limit=limit, hidden=hidden())
            return min(self._cluster.search(body, total_of), limit)
        except ClusterAway:
            return self._database.count(reach, plan, limit=limit)

    def put(
        self, entries: Sequence[Entry], held: Sequence[Slot], *, gone: Collection[int] = ()
    ) -> None:
        """Note, in the transaction of the database's entries, what the cluster is to be sent."""
        note([*(entry.repository_id for entry in entries), *gone])

    def keep_up(self) -> None:
        """Send what waits in the outbox; while the cluster is away it stays there."""
        _unless_away(lambda: opensearch_upkeep.keep_up(self._cluster))

    def check(self) -> list[int]:
        """Return those of a sample that were wrong, and send them anew; none while it is away."""
        return _unless_away(lambda: opensearch_upkeep.check(self._cluster)) or []

    def fill(self) -> int | None:
        """Fill a new index and search it; return how many can be found, None if it is away."""
        return _unless_away(lambda: opensearch_upkeep.rebuild(self._cluster))


def _unless_away(do: Callable[[], Answer]) -> Answer | None:
    try:
        return do()
    except ClusterAway as error:
        _LOGGER.warning("OpenSearch is not brought up to date, changes wait: %s.", error)
    return None


def engine(database: SearchBackend) -> OpenSearchEngine:
    """Return the engine of the cluster that the settings name; there must be one."""
    return OpenSearchEngine(cluster(), database)


def cluster() -> Cluster:
    """Return the cluster that the settings name, with the connections of this process."""
    return _cluster(
        Address(
            urls=settings.OPENSEARCH_URLS,
            user=settings.OPENSEARCH_USER,
            password=settings.OPENSEARCH_PASSWORD,
            ca_file=settings.OPENSEARCH_CA_FILE,
            index=settings.OPENSEARCH_INDEX,
            shards=settings.OPENSEARCH_SHARDS,
        )
    )


_cluster = lru_cache(maxsize=4)(Cluster)
