"""The OpenAPI description of the REST API: seconds of work, done once by each process."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from rest_framework.renderers import JSONRenderer


@login_not_required
@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """Answer with the description, which is the same for everybody."""
    return HttpResponse(_written(), content_type=OpenApiJsonRenderer.media_type)


@lru_cache(maxsize=1)
def described() -> dict[str, Any]:
    """Return the description; nobody may change it."""
    generator: Any = SchemaGenerator
    found: dict[str, Any] = generator().get_schema(public=True)
    return found


@lru_cache(maxsize=1)
def _written() -> bytes:
    # The description's own renderer indents it, to four times the length.
    written: bytes = JSONRenderer().render(described())
    return written
