"""Reading documents of any shape: objects, lists and descriptors that are there, and bounded."""

from __future__ import annotations

import json
from typing import Any

from index.manifests import plain_type
from index.names import is_digest

MOST_PARTS = 1_000  # of a list that is shown: layers, steps, variables, labels


def read_json(content: bytes) -> dict[str, Any]:
    """Return a JSON object; {} for what is none, or nested too deeply, or has numbers without end."""
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def inner(value: Any, key: str) -> dict[str, Any]:
    """Return an object inside of an object; {} where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def items(value: Any, key: str) -> list[Any]:
    """Return a list inside of an object, cut; [] where there is none."""
    found = value.get(key) if isinstance(value, dict) else None
    return found[:MOST_PARTS] if isinstance(found, list) else []


def descriptors(value: Any, key: str) -> list[dict[str, Any]]:
    """Return the descriptors of a list, in its order; whatever is none is left out."""
    listed = items(value, key)
    return [item for item in listed if isinstance(item, dict) and is_digest(_digest(item))]


def descriptor(value: Any, key: str) -> dict[str, Any]:
    """Return one descriptor; {} where there is none."""
    found = inner(value, key)
    return found if is_digest(_digest(found)) else {}


def media_type(item: dict[str, Any]) -> str:
    """Return the media type of a descriptor, "" for what is none."""
    return plain_type(item.get("mediaType"))


def count(value: Any, key: str) -> int:
    """Return how long a list is, all of it."""
    found = value.get(key) if isinstance(value, dict) else None
    return len(found) if isinstance(found, list) else 0


def pretty(content: bytes, longest: int) -> str:
    """Return JSON with line ends, for reading; "" where that would be too long, or it is none."""
    if len(content) > longest:
        return ""
    try:
        text = json.dumps(json.loads(content), indent=2, ensure_ascii=True)
    except (ValueError, RecursionError):
        return ""
    return text if len(text) <= 4 * longest else ""


def _digest(item: dict[str, Any]) -> str:
    digest = item.get("digest")
    return digest if isinstance(digest, str) else ""
