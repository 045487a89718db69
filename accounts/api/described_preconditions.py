"""What the OpenAPI description says of entity tags: which operation gives one, takes one, and refuses another."""

from __future__ import annotations

from typing import Any

from accounts.api.preconditions import is_conditional

_TAG: dict[str, Any] = {"schema": {"type": "string"}, "description": "Which answer this is."}
_KNOWN = "Tags of answers that are there already: 304 if it is one of them."
_SEEN = "The tag of what was read: 412 if it is not that any more."


def describe_preconditions(
    operation: dict[str, Any], view: Any, method: str, problem: dict[str, Any]
) -> None:
    """Add headers and answers."""
    answer = operation["responses"].get("200", {})
    if method == "GET" and view.is_comparable and "application/json" in answer.get("content", {}):
        _take(operation, "If-None-Match", _KNOWN)
        _give(answer)
        operation["responses"]["304"] = {"description": "It is what the reader has."}
    elif is_conditional(view, method):
        _take(operation, "If-Match", _SEEN)
        if answer:
            _give(answer)
        told = {"description": "It has changed, or is gone: read it again.", "content": problem}
        operation["responses"]["412"] = told


def _take(operation: dict[str, Any], name: str, words: str) -> None:
    header = {"in": "header", "name": name, "schema": {"type": "string"}, "description": words}
    operation.setdefault("parameters", []).append(header)


def _give(answer: dict[str, Any]) -> None:
    answer.setdefault("headers", {})["ETag"] = _TAG
