"""Repositories: find, make, change, delete, and have back."""

from __future__ import annotations

from typing import Any

from waybill.answers import Deletion, DeletionPreview, Repository, WholeRepository
from waybill.call import Call, Listing, delete, get, patch, post, put, segments


def every(
    *, namespace: str = "", visibility: str = "", topic: str = "", page_size: int = 100
) -> Listing[Repository]:
    """Those that one may see."""
    query = {"namespace": namespace, "visibility": visibility, "topic": topic}
    return Listing("repositories", {**query, "page_size": page_size})


def one(name: str) -> Call[WholeRepository]:
    """A repository, by its name of today or one of the past."""
    return get(_path(name))


def create(
    name: str, *, description: str = "", visibility: str = "private"
) -> Call[WholeRepository]:
    """Make an empty one."""
    return post("repositories", name=name, description=description, visibility=visibility)


def change(name: str, *, if_match: str = "", **fields: Any) -> Call[WholeRepository]:
    """Change `description`, `readme`, `topics`, `visibility`, `mode` or `immutable_tags`."""
    return patch(_path(name), if_match=if_match, **fields)


def preview_deletion(name: str) -> Call[DeletionPreview]:
    """What would go with it."""
    return get(f"{_path(name)}/-/deletion")


def remove(name: str) -> Call[Deletion]:
    """Put it into the trash; the server wants its name of today."""
    return post(f"{_path(name)}/-/deletion", name=name)


def search(query: str = "", *, page_size: int = 25) -> Listing[Repository]:
    """The best first; the language of the query is that of the site's search page."""
    return Listing("search", {"q": query, "page_size": page_size})


def suggestions(typed: str) -> Listing[Repository]:
    """What could be meant by the beginning of a name."""
    return Listing("search/suggestions", {"q": typed, "page_size": 20})


def starred(*, page_size: int = 100) -> Listing[Repository]:
    """Those that one has starred."""
    return Listing("user/starred", {"page_size": page_size})


def watched(*, page_size: int = 100) -> Listing[Repository]:
    """Those that one watches."""
    return Listing("user/watching", {"page_size": page_size})


def star(name: str) -> Call[None]:
    """Star it."""
    return put(f"{_path(name)}/-/star")


def unstar(name: str) -> Call[None]:
    """Take the star back."""
    return delete(f"{_path(name)}/-/star")


def watch(name: str) -> Call[None]:
    """Hear of what happens there."""
    return put(f"{_path(name)}/-/watch")


def unwatch(name: str) -> Call[None]:
    """Hear of it no more."""
    return delete(f"{_path(name)}/-/watch")


def _path(name: str) -> str:
    return f"repositories/{segments(name)}"
