"""The audit as a file: line by line, so that memory stays flat whatever its length."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes

from accounts.audit_search import csv_rows, json_lines
from accounts.models import AuditEvent

KINDS = ("csv", "jsonl")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_TYPES = {"csv": "text/csv", "jsonl": "application/x-ndjson"}
# For the description of the API.
DESCRIBED = {(200, media_type): OpenApiTypes.STR for media_type in _TYPES.values()}


def as_file(events: QuerySet[AuditEvent], kind: str, *, called: str) -> StreamingHttpResponse:
    """Return the events as a download."""
    lines = json_lines(events.select_related("namespace")) if kind == "jsonl" else _csv(events)
    response = StreamingHttpResponse(lines, content_type=f"{_TYPES[kind]}; charset=utf-8")
    file_name = f"{called}-audit-{timezone.now():%Y-%m-%d}.{kind}"
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name}"'
    response.headers["Cache-Control"] = "no-store"
    return response


class _Line:
    """Returns what csv writes, instead of keeping it."""

    def write(self, text: str) -> str:
        """Return the line."""
        return text


def _csv(events: QuerySet[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(_Line())
    for row in csv_rows(events):
        line: str = writer.writerow([_cell(text) for text in row])
        yield line


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking what someone named a thing for a formula."""
    return f"'{text}" if text[:1] in _FORMULA_STARTS else text
