"""What the OpenAPI description says of every operation alike."""

from __future__ import annotations

import re
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.permissions import SAFE_METHODS

from accounts.api.pagination import Pages

_CASES = re.compile(r" \(cases? \d[^)]*\)")
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": True},
    },
    "required": ["type", "title", "status", "detail"],
}
_REFUSALS = {
    "400": "The request is wrong; `errors` says which field and why.",
    "401": "Nobody, or a wrong credential.",
    "403": "The principal, or this credential of it, may not do this.",
    "404": "There is none, or none that the principal may know of.",
    "409": "It would collide with what is there.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
}


class Schema(AutoSchema):
    """Adds the refusals, which are the same everywhere, and that every list comes in pages."""

    def _get_paginator(self) -> Pages:
        return Pages()

    def get_description(self) -> str:  # type: ignore[override]  # DRF means another by it
        """Return what the code says, without its pointers to the list of abuse cases."""
        return _CASES.sub("", str(super().get_description() or ""))

    def get_summary(self) -> str | None:
        """Return what the list of operations says of each: the first sentence about it."""
        first_line = self.get_description().partition("\n")[0]
        return super().get_summary() or first_line.partition(". ")[0].rstrip(".") or None

    def get_operation(self, *args: Any, **kwargs: Any) -> Any:
        """Return the operation with its refusals."""
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for status, description in _REFUSALS.items():
            content = {"application/problem+json": {"schema": _PROBLEM}}
            answer = {"description": description, "content": content}
            operation["responses"].setdefault(status, answer)
        return operation | self._opened_by()

    def _opened_by(self) -> dict[str, object]:
        """Return for whom the operation is, which no word of OpenAPI says: `x-waybill-part`."""
        is_read = self.method in SAFE_METHODS
        part = getattr(self.view, "part", None)
        told: dict[str, object] = {
            "x-waybill-open": is_read and getattr(self.view, "is_open", False)
        }
        if part:
            told["x-waybill-part"] = f"{part}:{'read' if is_read else 'write'}"
        return told


class SecretScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the Authorization header."""

    target_class = "accounts.api.auth.SecretAuthentication"
    name = "accessToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "http", "scheme": "bearer", "description": "A personal access token."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the browser's cookie."""

    target_class = "accounts.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        return {"type": "apiKey", "in": "cookie", "name": "session"}
