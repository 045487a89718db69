"""Brings OpenSearch up to date from the outbox, and fills a new index beside the one that is searched."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from index.models import Repository
from search.backends.opensearch_cluster import Cluster, ClusterAway, Operation
from search.backends.opensearch_mapping import document_of, index_of
from search.models import SearchOutbox
from search.sources import entries_of

BATCH = 500

_LOGGER = logging.getLogger(__name__)
_OLDEST = 1  # the version of documents of a rebuild: whatever was sent meanwhile is newer


def send(cluster: Cluster, limit: int = 20 * BATCH) -> int:
    """Send what waits in the outbox; return how much was, at most about `limit`.

    What cannot be sent stays there. Who sends at the same time does no harm: documents have versions.
    """
    total = 0
    try:
        while total < limit and (sent := _send_batch(cluster)):
            total += sent
    except ClusterAway as error:
        _LOGGER.warning("OpenSearch cannot be written to, changes wait: %s.", error)
    return total


def _send_batch(cluster: Cluster) -> int:
    # Read before the repositories: what changes after that is written down once more.
    waiting = dict(SearchOutbox.objects.order_by("pk").values_list("pk", "repository_id")[:BATCH])
    if not waiting:
        return 0
    # Of several the last, which is the newest.
    versions = {repository_id: _OLDEST + pk for pk, repository_id in waiting.items()}
    # Without an index there is nothing to keep up to date: filling one reads everything.
    if targets := cluster.targets():
        cluster.write(_operations(versions), to=targets, visible=True)
    SearchOutbox.objects.filter(pk__in=waiting).delete()
    return len(waiting)


def _operations(versions: dict[int, int]) -> Iterator[Operation]:
    documents = {entry.repository_id: document_of(entry) for entry in entries_of(versions.keys())}
    for repository_id, version in versions.items():
        yield Operation(repository_id, version, documents.get(repository_id))


def rebuild(cluster: Cluster) -> int:
    """Fill a new index and let it be searched instead of the old one; return how many entries it has.

    Raises ClusterAway; the old index goes on being searched then. Searches and changes wait for nothing.
    """
    name = cluster.begin_filling(index_of)
    total = 0
    for repository_ids in _every_repository():
        documents = [document_of(entry) for entry in entries_of(repository_ids)]
        operations = (Operation(one["repository"], _OLDEST, one) for one in documents)
        cluster.write(operations, to=[cluster.filling], visible=False)
        total += len(documents)
    cluster.end_filling(name)
    _LOGGER.info("OpenSearch searches a new index of %d repositories.", total)
    return total


def _every_repository() -> Iterator[list[int]]:
    last = 0
    ids = Repository.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(ids.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1]
