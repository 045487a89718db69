"""The operations of the API: each function returns a call, and sends nothing.

`OF_SESSIONS` are those that no token opens, and `command_line` is how one gets a session.
"""

from __future__ import annotations

from waybill.calls import (
    access,
    audit,
    command_line,
    credentials,
    moves,
    names,
    people,
    promotions,
    registries,
    repositories,
    robots,
    tags,
    tokens,
    trash,
)

__all__ = [
    "access",
    "audit",
    "command_line",
    "credentials",
    "moves",
    "names",
    "people",
    "promotions",
    "registries",
    "repositories",
    "robots",
    "tags",
    "tokens",
    "trash",
]

OF_SESSIONS = frozenset({command_line, moves, registries, robots, tokens})
