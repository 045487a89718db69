"""Reading a notification body: an envelope of events, as distribution sends it (protocol.md E)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from index.errors import NameInvalid
from index.manifests import LARGEST_BLOB
from index.names import is_digest, is_tag, parse_repository_name

_MAXIMUM_EVENTS = 1_000


class EnvelopeUnreadable(Exception):
    """Not an envelope; the body goes into quarantine with this sentence."""


class Event(NamedTuple):
    """One event, every field checked; `tag` and `digest` are empty where there is none."""

    event_id: str
    action: str
    repository: str
    media_type: str
    digest: str
    size: int | None
    tag: str
    actor: str
    at: datetime

    @property
    def is_manifest(self) -> bool:
        """Whether it is about a manifest rather than a blob, by its media type."""
        return _is_of_manifest(self.media_type)


def read_envelope(body: bytes) -> list[Event]:
    """Return the events that change something here. Raises EnvelopeUnreadable.

    Left out is what makes no sense, and what changes nothing: pulls of blobs, and looks by `HEAD`.
    """
    envelope = _parse(body)
    events = envelope.get("events") if isinstance(envelope, dict) else None
    if not isinstance(events, list) or len(events) > _MAXIMUM_EVENTS:
        message = "no list of events, or too long a one"
        raise EnvelopeUnreadable(message)
    return [event for raw in events if (event := _read_event(raw))]


def _parse(body: bytes) -> Any:
    """Return what the JSON says; orjson does it in a third of the time, and refuses lone surrogates."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        pass
    try:
        return json.loads(str(body, "utf-8"))
    except (ValueError, RecursionError) as error:
        message = f"not JSON: {type(error).__name__}"
        raise EnvelopeUnreadable(message) from error


def _read_event(raw: Any) -> Event | None:
    action = _text(raw, "action")
    target = _dict(raw, "target")
    media_type = _text(target, "mediaType")
    if action == "pull" and not (
        _text(_dict(raw, "request"), "method") == "GET" and _is_of_manifest(media_type)
    ):
        return None
    repository = _text(target, "repository")
    event_id, digest, tag = _text(raw, "id"), _text(target, "digest"), _text(target, "tag")
    if not _is_repository(repository) or not event_id or len(event_id) > 80:
        return None
    return Event(
        event_id,
        action,
        repository,
        media_type,
        digest if is_digest(digest) else "",
        _size(target),
        tag if is_tag(tag) else "",
        _text(_dict(raw, "actor"), "name"),
        _time(_text(raw, "timestamp")),
    )


def _is_of_manifest(media_type: str) -> bool:
    return "manifest" in media_type or "image.index" in media_type


@lru_cache(maxsize=10_000)
def _is_repository(name: str) -> bool:
    try:
        parse_repository_name(name)
    except NameInvalid:
        return False
    return True


def _size(target: dict[str, Any]) -> int | None:
    size = target.get("size", target.get("length"))
    return size if type(size) is int and 0 <= size <= LARGEST_BLOB else None


def _time(text: str) -> datetime:
    """Return the time of an event; now, if it is unreadable or from the future."""
    now = datetime.now(UTC)
    try:
        at = datetime.fromisoformat(text)
        return min(at.astimezone(UTC), now) if at.tzinfo else now
    except (ValueError, OverflowError):
        return now


def _dict(value: Any, key: str) -> dict[str, Any]:
    inner = value.get(key) if type(value) is dict else None
    return inner if type(inner) is dict else {}


def _text(value: Any, key: str) -> str:
    """Return a printable string of reasonable length or "": NUL and surrogates stop here."""
    text = value.get(key) if type(value) is dict else None
    return text if type(text) is str and len(text) <= 300 and text.isprintable() else ""
