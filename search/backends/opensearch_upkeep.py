"""Brings OpenSearch up to date from the outbox, and fills a new index beside the one that is searched."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from index.models import Repository, RepositoryState
from search.backends.opensearch_cluster import Cluster, Operation
from search.backends.opensearch_mapping import check_of, document_of, index_of
from search.backends.opensearch_outbox import note
from search.models import SearchOutbox
from search.sources import entries_of, some_repositories

BATCH = 500
SAMPLE = 2_000

_LOGGER = logging.getLogger(__name__)
_BAD = 0.01  # of all documents too many or too few: then something is wrong with the index itself
_OLDEST = 1  # the version of documents of a rebuild: whatever was sent meanwhile is newer


def send(cluster: Cluster, limit: int = 20 * BATCH) -> int:
    """Send what waits in the outbox; return how much was, at most about `limit`.

    What cannot be sent stays there: raises ClusterAway. Who sends at the same time does no harm,
    because documents have versions.
    """
    total = 0
    while total < limit and (sent := _send_batch(cluster)):
        total += sent
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


def keep_up(cluster: Cluster) -> None:
    """Send what waits; where there is no index yet, fill the first one. Raises ClusterAway."""
    send(cluster)
    if not cluster.targets():
        rebuild(cluster)


def check(cluster: Cluster, *, sample: int = SAMPLE) -> list[int]:
    """Return those of some repositories whose documents are not as they should be, and send them anew.

    A whole new index is filled where this one has far too many or too few. Raises ClusterAway.
    """
    send(cluster)
    wanted = Repository.objects.filter(state=RepositoryState.ACTIVE).count()
    if abs(cluster.count() - wanted) > max(BATCH, wanted * _BAD):
        rebuild(cluster)
        return []
    some = some_repositories(sample)
    right = {entry.repository_id: check_of(entry) for entry in entries_of(some)}
    found = cluster.checks_of(some)
    wrong = sorted(one for one in some if right.get(one) != found.get(one))
    note(wrong)
    return wrong


def _every_repository() -> Iterator[list[int]]:
    last = 0
    ids = Repository.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(ids.filter(pk__gt=last)[:BATCH]):
        yield batch
        last = batch[-1]
