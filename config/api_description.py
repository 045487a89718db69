"""The OpenAPI description of the REST API: seconds of work, done once by each process."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import etag, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.renderers import JSONRenderer

EXAMPLES = Path(__file__).parent / "api_examples.json"


@lru_cache(maxsize=1)
def _tag() -> str:
    return f'"{sha256(_written()).hexdigest()[:32]}"'


@login_not_required
@require_safe
@etag(lambda _request: _tag())
def openapi(_request: HttpRequest) -> HttpResponse:
    """Answer with the description, which is the same for everybody."""
    return HttpResponse(_written(), content_type=OpenApiJsonRenderer.media_type)


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """Return the description; nobody may change it."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(public=True)
    _add_examples(found)
    return found


def _add_examples(description: dict[str, Any]) -> None:
    """Show with each operation what was asked and answered when a test tried it."""
    examples: dict[str, dict[str, Any]] = json.loads(EXAMPLES.read_text(encoding="utf-8"))
    for methods in description["paths"].values():
        for operation in methods.values():
            shown = examples.get(operation["operationId"], {})
            if "request" in shown:
                operation["requestBody"]["content"]["application/json"]["example"] = shown[
                    "request"
                ]
            for status, body in shown.get("responses", {}).items():
                operation["responses"][status]["content"]["application/json"]["example"] = body


@lru_cache(maxsize=1)
def _written() -> bytes:
    # The description's own renderer indents it, to four times the length.
    written: bytes = JSONRenderer().render(described())
    return written
