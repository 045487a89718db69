"""Moves of repositories between registries, for administrators; for sessions alone."""

from __future__ import annotations

from waybill.call import Call, Listing, get, post
from waybill.session_answers import Move


def every(*, state: str = "", registry: str = "", page_size: int = 100) -> Listing[Move]:
    """The newest first."""
    return Listing("moves", {"state": state, "registry": registry, "page_size": page_size})


def one(number: int) -> Call[Move]:
    """One, with how far it is."""
    return get(f"moves/{number}")


def start(repository: str, registry: str, *, keep_days: int = 7) -> Call[Move]:
    """Move a repository; one that is on its way there is returned as it is."""
    return post("moves", repository=repository, registry=registry, keep_days=keep_days)


def cancel(number: int) -> Call[Move]:
    """Stop it before the repository is served from there."""
    return post(f"moves/{number}/cancel")


def retry(number: int) -> Call[Move]:
    """Try again now."""
    return post(f"moves/{number}/retry")
