"""What OpenSearch was not told yet: written with the change itself, so that nothing is ever forgotten."""

from __future__ import annotations

from collections.abc import Iterable

from accounts.statements import run
from search.backends import slots
from search.backends.opensearch_cluster import ClusterAway
from search.documents import Audience
from search.models import EntryA, EntryB, SearchOutbox

_ENTRIES = {"a": EntryA, "b": EntryB}
_MOST_BEHIND = 2_000  # changes: with more than these, what OpenSearch has is too old


def note(repository_ids: Iterable[int]) -> None:
    """Let these be sent, if the transaction is committed."""
    SearchOutbox.objects.bulk_create(SearchOutbox(repository_id=one) for one in repository_ids)


def hidden() -> list[int]:
    """Return which repositories may lie in OpenSearch as more than asks may find by now.

    Of those with a change on its way all that not everybody may find as of now: the database's entry of
    a repository that is hidden goes in the same transaction. Raises ClusterAway if too many wait.
    """
    waiting = run(
        "SELECT repository_id FROM (SELECT repository_id FROM search_searchchange LIMIT :most) c"
        " UNION ALL SELECT repository_id FROM (SELECT repository_id FROM search_searchoutbox LIMIT :most) o",
        {"most": _MOST_BEHIND},
    )
    if len(waiting) >= _MOST_BEHIND:
        message = "it lags behind"
        raise ClusterAway(message)
    ids = {repository_id for (repository_id,) in waiting}
    return sorted(ids - _open_to_everyone(ids)) if ids else []


def _open_to_everyone(ids: set[int]) -> set[int]:
    entries = _ENTRIES[slots.live().name]._default_manager
    open_ones = entries.filter(pk__in=ids, audience=Audience.EVERYONE)
    return set(open_ones.values_list("pk", flat=True))
