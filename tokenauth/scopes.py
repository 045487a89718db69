"""The grammar of what clients ask for: `type:name:action,action`.

The type ends at the first colon and the actions begin after the last, for a name may hold one
(`host:port/path`; distribution's scope.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tokenauth.errors import InvalidRequest

MAXIMUM_SCOPES = 50
_TYPE = re.compile(r"[a-z0-9]+(?:\([a-z0-9]+\))?", re.ASCII)
_ACTION = re.compile(r"[a-z]+|\*", re.ASCII)


@dataclass(frozen=True, slots=True)
class ResourceScope:
    """One resource and what is wanted of it."""

    kind: str
    name: str
    actions: frozenset[str]

    def __str__(self) -> str:
        """Return the wire form, actions sorted."""
        return f"{self.kind}:{self.name}:{','.join(sorted(self.actions))}"


def parse_scope(text: str) -> ResourceScope | None:
    """Return the scope; None for text that is none: clients cannot recover from an error."""
    kind, first, rest = text.partition(":")
    name, last, actions = rest.rpartition(":")
    if not (first and last and name and _TYPE.fullmatch(kind) and text.isascii()):
        return None
    wanted = frozenset(action for action in actions.split(",") if _ACTION.fullmatch(action))
    return ResourceScope(kind, name, wanted)


def parse_scopes(values: Iterable[str]) -> list[ResourceScope]:
    """Return the scopes of all values, each of which may hold several separated by spaces.

    Duplicates of one resource are merged (containerd sends them); order is that of first mention.
    Raises InvalidRequest above 50.
    """
    texts = [text for value in values for text in value.split(" ") if text]
    if len(texts) > MAXIMUM_SCOPES:
        message = f"at most {MAXIMUM_SCOPES} scopes in one request"
        raise InvalidRequest(message)
    merged: dict[tuple[str, str], frozenset[str]] = {}
    for scope in filter(None, map(parse_scope, texts)):
        key = (scope.kind, scope.name)
        merged[key] = merged.get(key, frozenset()) | scope.actions
    return [ResourceScope(kind, name, actions) for (kind, name), actions in merged.items()]
