"""Leave tags alone that are on their way out or back: what a registry says of them is no news yet."""

from __future__ import annotations

from collections.abc import Mapping

from index.flows.take_off_tag import stand_in
from index.models import Repository, TagDeletionState

_CHANGING = (TagDeletionState.UNTAGGING, TagDeletionState.RESTORING)


def leave_changing_tags(repository: Repository, tags: Mapping[str, str]) -> dict[str, str]:
    """Return tags and digests but for those that somebody has deleted and the registry still has.

    A row of such a tag would look like a later push, and end the deletion. Another digest is a push.
    Call it with the row of the repository locked.
    """
    here = set(repository.tags.values_list("name", flat=True))
    deletions = repository.tag_deletions.filter(state__in=_CHANGING)
    changing = {
        (deletion.tag, digest)
        for deletion in deletions.only("tag", "digest", "requested_at")
        if deletion.tag not in here
        for digest in (deletion.digest, stand_in(deletion).digest)
    }
    return {tag: digest for tag, digest in tags.items() if (tag, digest) not in changing}
