"""`/events/<registry>`: take a notification, keep it, answer at once; the worker applies it (F11).

A registry sends one notification after another and each for itself, so what one costs is what a
registry can tell: a remembered secret, one prepared INSERT, and no message to the worker.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from accounts.changes import stamp
from accounts.lane import PLAIN, Answer, read
from accounts.memory import Memory, keyed_digest
from index.events import inbox
from index.events.auth import authenticate_registry
from index.events.inbox import has_room, keep, wake_worker

PATH = "/events/"
MAXIMUM_BODY = 1_048_576
_ACCEPTED = Answer("202 Accepted", PLAIN, b"")
_FULL = Answer("503 Service Unavailable", [*PLAIN, ("Retry-After", "5")], b"the inbox is full\n")
_registries: Memory[int] = Memory()


def answer(environ: Mapping[str, Any]) -> Answer:
    """Answer 202 to whatever an authenticated registry says: a refusal would block its queue.

    While the inbox is full the registry shall keep what it has to say: it repeats it for ever (L9).
    """
    if environ["REQUEST_METHOD"] != "POST":
        return Answer("405 Method Not Allowed", [*PLAIN, ("Allow", "POST")], b"")
    asked = read(environ, most=MAXIMUM_BODY)
    registry = _registry(environ["PATH_INFO"].removeprefix(PATH), asked.authorization)
    if registry is None:
        return Answer("401 Unauthorized", PLAIN, b"unknown registry or wrong secret\n")
    if len(asked.body) > MAXIMUM_BODY:
        return Answer("413 Content Too Large", PLAIN, b"more than 1 MiB\n")
    if not has_room():
        return _FULL
    keep(registry, asked.body)
    wake_worker()
    return _ACCEPTED


def forget() -> None:
    """Drop what is remembered."""
    _registries.forget()
    inbox.forget()


def _registry(name: str, authorization: str) -> int | None:
    """Return the number of the registry whose secret it is; remembered until anything changes."""
    key, since = keyed_digest(name, authorization), stamp.read()
    known = _registries.get(key)
    if known is None:
        registry = authenticate_registry(name, authorization)
        if registry is None:
            return None
        known = registry.pk
        _registries.keep(key, known, since=since)
    return known
