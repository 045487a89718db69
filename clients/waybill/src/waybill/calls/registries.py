"""Registries, and walks through them, for administrators; for sessions alone."""

from __future__ import annotations

from typing import Any

from waybill.call import Call, Listing, get, post, segment
from waybill.session_answers import NewRegistry, Registry, RegistryCheck, Walk


def every(*, page_size: int = 100) -> Listing[Registry]:
    """All of them."""
    return Listing("registries", {"page_size": page_size})


def one(name: str) -> Call[Registry]:
    """One, with what is in it."""
    return get(_path(name))


def add(name: str, upstream_url: str, **fields: Any) -> Call[NewRegistry]:
    """Add one; `service`, `stage`, `writers` and `description` may be said."""
    return post("registries", name=name, upstream_url=upstream_url, **fields)


def test(name: str) -> Call[RegistryCheck]:
    """Look at it now."""
    return post(f"{_path(name)}/checks")


def walk(name: str) -> Call[Walk]:
    """Begin a walk that compares it with what is known; of one under way, return that."""
    return post(f"{_path(name)}/reconciliations")


def walks(name: str) -> Listing[Walk]:
    """Walks, the newest first, with how far they are."""
    return Listing(f"{_path(name)}/reconciliations")


def _path(name: str) -> str:
    return f"registries/{segment(name)}"
