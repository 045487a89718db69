"""Tags: list, history, point back, delete."""

from __future__ import annotations

from collections.abc import Sequence

from waybill.answers import RestoredTag, Tag, TagChange, TagDeletion, TagVerdict
from waybill.call import Call, Listing, post, segment, segments


def every(
    repository: str, *, containing: str = "", sort: str = "newest", page_size: int = 100
) -> Listing[Tag]:
    """Those of a repository; `sort` is name, newest, oldest, pulls, size or version."""
    path = f"{_path(repository)}/tags"
    return Listing(path, {"q": containing, "sort": sort, "page_size": page_size})


def history(repository: str, tag: str) -> Listing[TagChange]:
    """What a tag pointed to, the newest first."""
    return Listing(f"{_path(repository)}/tags/{segment(tag)}/history")


def restore(repository: str, tag: str, *, digest: str) -> Call[RestoredTag]:
    """Let a tag point to what it did before."""
    return post(f"{_path(repository)}/tags/{segment(tag)}/restore", digest=digest)


def remove(
    repository: str, tags: Sequence[str], *, dry_run: bool = False
) -> Call[list[TagVerdict]]:
    """Delete tags, all or none, or say what that would do: a line for each."""
    return post(f"{_path(repository)}/deleted-tags", tags=list(tags), dry_run=dry_run)


def deleted(repository: str) -> Listing[TagDeletion]:
    """Those that were deleted, the last one first, for admins."""
    return Listing(f"{_path(repository)}/deleted-tags")


def undelete(repository: str, deletion_id: int) -> Call[None]:
    """Put the same image under the tag again, while it is there."""
    return post(f"{_path(repository)}/deleted-tags/{deletion_id}/restore")


def _path(repository: str) -> str:
    return f"repositories/{segments(repository)}/-"
