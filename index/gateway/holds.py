"""Writes that are to wait: while a move copies the last of a repository, while garbage is collected.

The answer is 429 and not 503: where an upload is begun podman and skopeo wait for `Retry-After` then and go
on. docker looks at the code alone, UNAVAILABLE, and begins a layer again for 50 seconds. A manifest that is
put in just these seconds no client puts again by itself, unless it was told to (`--retry-times`): it says
the sentence, and the same push once more is quick. Reads are never held.
"""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from accounts.guide import Anchor
from index.errors import IndexRefusal
from index.facts import Facts
from index.gateway.paths import RegistryRequest

_MOVE, _COLLECTION = 5, 60  # seconds after which to come again; clients wait no longer than 60


class WritesHeld(IndexRefusal):
    """Come again soon; `retry_after` says in how many seconds."""

    help = Anchor.HELD

    code, status = "UNAVAILABLE", 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        """Keep when to come again."""
        super().__init__(message)
        self.retry_after = retry_after


def refuse_held(request: RegistryRequest, facts: Facts) -> None:
    """Raise WritesHeld where the registry may not be changed just now.

    A garbage collection suffers no write at all. At the end of a move uploads that were begun go on, at
    the registry that knows them: they bring blobs alone, and those are copied as well.
    """
    if _is_ahead(facts.registry_held_until):
        message = (
            f"the registry that keeps {request.name} collects its garbage and takes nothing for a "
            "few minutes. Pulls go on. Try again later"
        )
        raise WritesHeld(message, retry_after=_COLLECTION)
    is_of_upload = request.endpoint.startswith("/blobs/uploads/")
    if is_of_upload and not request.starts_push:
        return
    if _is_ahead(facts.held_until):
        message = (
            f"{request.name} takes nothing for some seconds, while it is moved or cleaned up. Pulls go "
            "on. Try again in a moment"
        )
        raise WritesHeld(message, retry_after=_MOVE)


def _is_ahead(until: datetime | None) -> bool:
    return until is not None and until > timezone.now()
