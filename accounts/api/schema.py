"""What the OpenAPI description says of every operation alike."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework.permissions import SAFE_METHODS

from accounts.api.auth import SessionAuthentication, use_of
from accounts.api.described_preconditions import describe_preconditions
from accounts.api.idempotency import KEY, REPLAYED, REQUEST_HEADER
from accounts.api.pagination import Pages
from accounts.api.permissions import TokenReachesPart, is_open_to_anybody
from accounts.credential_kinds import Kind, Use, opens
from accounts.token_limits import ApiPart

_CASES = re.compile(r" \(cases? \d[^)]*\)")
_PROBLEM = {
    "type": "object",
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "Where the guide explains it, or `about:blank`.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {
            "type": "string",
            "pattern": "^[a-z-]+$",
            "description": "A word for programs that stays the same: docs/api.md lists them.",
        },
        "detail": {"type": "string", "description": "What happened, in a sentence."},
        "errors": {
            "type": "object",
            "additionalProperties": True,
            "description": "By field, sentences.",
        },
        "codes": {
            "type": "object",
            "additionalProperties": True,
            "description": "By field, in the same places, words for programs.",
        },
    },
    "required": ["type", "title", "status", "code", "detail"],
}
_REFUSALS = {
    "400": "The request is wrong; `errors` says which field and why.",
    "401": "Nobody, or a wrong credential.",
    "403": "The principal, or this credential of it, may not do this.",
    "404": "There is none, or none that the principal may know of.",
    "409": "It would collide with what is there.",
    "429": "Too many requests; `Retry-After` says how long to wait.",
}


_OF_LIMITS = {
    name: {"schema": {"type": kind}, "description": words}
    for name, kind, words in (
        ("Retry-After", "integer", "Seconds to wait."),
        (
            "RateLimit-Policy",
            "string",
            "How many calls (`q`) there may be in how many seconds (`w`).",
        ),
        (
            "RateLimit",
            "string",
            "How many calls are left (`r`); `t` is how many seconds until more are.",
        ),
    )
}
_KEY = {
    "name": REQUEST_HEADER,
    "in": "header",
    "schema": {"type": "string", "pattern": KEY},
    "description": "A new word for each request, which can then be sent again: it is done once.",
}
_REPLAYED = {
    "schema": {"type": "string", "enum": ["true"]},
    "description": "This is the answer to the first request with the Idempotency-Key.",
}
_KEY_REUSED = "The Idempotency-Key came with another request."


class Schema(AutoSchema):
    """Adds the refusals, which are the same everywhere, and that every list comes in pages."""

    def _get_paginator(self) -> Pages | None:
        return Pages() if self.method == "GET" else None

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
        body = ResolvedComponent("Problem", "schemas", _PROBLEM, "Problem")  # type: ignore[no-untyped-call]
        self.registry.register_on_missing(body)
        takes_key = self.method == "POST" and bool(self.view.authentication_classes)
        if takes_key:
            _describe_key(operation)
        for status, description in (
            _REFUSALS | ({"422": _KEY_REUSED} if takes_key else {})
        ).items():
            content = {"application/problem+json": {"schema": body.ref}}
            answer = {"description": description, "content": content}
            if status == "429":
                answer["headers"] = _OF_LIMITS
            operation["responses"].setdefault(status, answer)
        describe_preconditions(
            operation, self.view, self.method, {"application/problem+json": {"schema": body.ref}}
        )
        return operation | self._opened_by()

    def get_operation_id(self) -> str:
        """Return a name for good, of the address; what stands between slashes is no part of it."""
        return re.sub("_+", "_", str(super().get_operation_id()))

    def _opened_by(self) -> dict[str, object]:
        """Return what opens the operation: as OpenAPI says it, and the part of a token by itself."""
        is_read = self.method in SAFE_METHODS
        use = use_of(self.view) or (Use.API_READ if is_read else Use.API_WRITE)
        part = self._part(is_read=is_read)
        is_open = is_open_to_anybody(self.view, reads=is_read)
        told: dict[str, object] = {"x-waybill-open": is_open}
        ways: list[dict[str, list[str]]] = [{}] if is_open else []
        ways += [{scheme: []} for scheme in getattr(self.view, "opened_by", ())]
        if part and opens(Kind.ACCESS_TOKEN, use):
            told["x-waybill-part"] = part
            ways.append({"accessToken": [part]})
        if part.startswith("repositories:") and opens(Kind.ROBOT_SECRET, use):
            ways.append({"robotSecret": []})
        if SessionAuthentication in self.view.authentication_classes:
            ways += [{"session": []}, {"commandLine": []}]
        return told | {"security": ways}

    def _part(self, *, is_read: bool) -> str:
        """Return the part that a token needs; "" where no token gets in, whichever parts it has."""
        if self.method in getattr(self.view, "sessions_alone", ()):
            return ""
        part = getattr(self.view, "part", None)
        asked = TokenReachesPart in self.view.permission_classes
        name = f"{part}:read" if is_read else f"{part}:write"
        return name if asked and self.view.authentication_classes and name in list(ApiPart) else ""


def _describe_key(operation: dict[str, Any]) -> None:
    """Tell of the Idempotency-Key, which whoever has an account may send."""
    operation["parameters"] = [*operation.get("parameters", ()), _KEY]
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            answer["headers"] = answer.get("headers", {}) | {REPLAYED: _REPLAYED}


class SecretScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the Authorization header: whose secret it may have."""

    target_class = "accounts.api.auth.SecretAuthentication"
    name: ClassVar[list[str]] = [  # type: ignore[misc]
        "accessToken", "robotSecret", "registrySecret", "commandLine",
    ]  # fmt: skip

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        """Return the schemes."""
        whose = (
            "A personal access token; the scope is the part of it that is needed.",
            "A robot's secret: looks up repositories, and promotes what is in them.",
            "A registry's events secret, on the registry's host.",
            "A command line's session, which a person approves in a browser.",
        )
        return [{"type": "http", "scheme": "bearer", "description": one} for one in whose]


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the browser's cookie."""

    target_class = "accounts.api.auth.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme."""
        about = "A browser's session; what changes something needs the header X-CSRFToken, too."
        name = settings.SESSION_COOKIE_NAME
        return {"type": "apiKey", "in": "cookie", "name": name, "description": about}
