"""Reading a notification body: an envelope of events, as distribution sends it (protocol.md E)."""

from __future__ import annotations

import datetime
import json
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime

from index.errors import NameInvalid
from index.names import RepositoryName, is_digest, is_tag, parse_repository_name

_MAXIMUM_EVENTS = 1_000


class EnvelopeUnreadable(Exception):
    """Not an envelope; the body goes into quarantine with this sentence."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event, every field checked; `tag` and `digest` are empty where there is none."""

    event_id: str
    action: str
    repository: RepositoryName
    media_type: str
    digest: str
    size: int | None
    tag: str
    method: str
    actor: str
    at: datetime.datetime

    @property
    def is_manifest(self) -> bool:
        """Whether it is about a manifest rather than a blob, by its media type."""
        return "manifest" in self.media_type or "image.index" in self.media_type


def read_envelope(body: bytes) -> list[Event]:
    """Return the usable events; those that make no sense are left out. Raises EnvelopeUnreadable."""
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        message = f"not JSON: {type(error).__name__}"
        raise EnvelopeUnreadable(message) from error
    events = envelope.get("events") if isinstance(envelope, dict) else None
    if not isinstance(events, list) or len(events) > _MAXIMUM_EVENTS:
        message = "no list of events, or too long a one"
        raise EnvelopeUnreadable(message)
    return [event for raw in events if (event := _read_event(raw))]


def _read_event(raw: Any) -> Event | None:
    target = _dict(raw, "target")
    try:
        repository = parse_repository_name(_text(target, "repository"))
    except NameInvalid:
        return None
    event_id, digest, tag = _text(raw, "id"), _text(target, "digest"), _text(target, "tag")
    if not event_id or len(event_id) > 80:
        return None
    return Event(
        event_id=event_id,
        action=_text(raw, "action"),
        repository=repository,
        media_type=_text(target, "mediaType"),
        digest=digest if is_digest(digest) else "",
        size=_size(target),
        tag=tag if is_tag(tag) else "",
        method=_text(_dict(raw, "request"), "method"),
        actor=_text(_dict(raw, "actor"), "name"),
        at=_time(_text(raw, "timestamp")),
    )


def _size(target: dict[str, Any]) -> int | None:
    size = target.get("size", target.get("length"))
    return size if type(size) is int and 0 <= size < 2**62 else None


def _time(text: str) -> datetime.datetime:
    """Return the time of an event; now, if it is unreadable or from the future."""
    try:
        at = parse_datetime(text[:26].rstrip("Z") + "Z") or timezone.now()
    except ValueError:
        at = timezone.now()
    return min(at, timezone.now())


def _dict(value: Any, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    return inner if isinstance(inner, dict) else {}


def _text(value: Any, key: str) -> str:
    """Return a printable string of reasonable length or "": NUL and surrogates stop here."""
    text = value.get(key) if isinstance(value, dict) else None
    return text if isinstance(text, str) and len(text) <= 300 and text.isprintable() else ""
