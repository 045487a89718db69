"""Maintenance: while a file says so, everybody is told to come back later, and nothing else is asked.

`manage.py maintenance` writes the file into `$WAYBILL_VAR`: it holds for every process of this host,
with the next request, also while the database is away, which is when it is wanted most.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.problems import problem
from config import request_id
from config.middleware import Handler

_LEAST, _USUAL, _MOST = 30, 120, 3600  # seconds after which clients may come back
_PROGRAMS = ("/token", "/v1/", "/v2", "/_ping", "/events/", "/_gateway/", "/.well-known/")
_STILL_ANSWERED = ("/healthz", "/readyz")  # whoever looks after this host goes on looking


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What is said meanwhile: a sentence of the administrator's, and until when about."""

    words: str = ""
    until: datetime | None = None

    @property
    def retry_after(self) -> int:
        """Return the seconds after which it is worth to come back."""
        if self.until is None:
            return _USUAL
        left = int((self.until - timezone.now()).total_seconds())
        return min(max(left, _LEAST), _MOST)

    @property
    def message(self) -> str:
        """Return one line for programs; English, as all that docker prints."""
        words = " ".join(self.words.split())
        return f"down for maintenance, try again later{f': {words}' if words else ''}"


def _file() -> Path:
    return settings.VAR_DIR / "maintenance.json"


def current() -> Maintenance | None:
    """Return what is going on, None in ordinary times: one look at the disk."""
    try:
        text = _file().read_text()
    except FileNotFoundError:
        return None
    try:
        said = json.loads(text)
        until = datetime.fromisoformat(said["until"]) if said.get("until") else None
        if until and until.tzinfo is None:  # written by hand; the command writes UTC
            until = until.replace(tzinfo=UTC)
        return Maintenance(str(said.get("words", "")), until)
    except (ValueError, TypeError, AttributeError):
        return Maintenance()  # touched by hand: that it is there is enough


def begin(maintenance: Maintenance) -> None:
    """Tell everybody to come back later, from the next request on."""
    until = maintenance.until.isoformat() if maintenance.until else None
    new = _file().with_suffix(".new")
    new.write_text(json.dumps({"words": maintenance.words, "until": until}))
    new.replace(_file())  # no process reads half of it


def end() -> bool:
    """Answer as usual again; False if that was so already."""
    was_on = _file().exists()
    _file().unlink(missing_ok=True)
    return was_on


def maintenance_gate(get_response: Handler) -> Handler:
    """Answer 503 to pages and programs alike; before anything that asks database or cache."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        now = current()
        if now is None or request.path_info in _STILL_ANSWERED:
            return get_response(request)
        response = _answer(request, now)
        response.status_code = 503
        response.headers["Retry-After"] = str(now.retry_after)
        # As Django marks what it has logged: a line for each visitor would say nothing new.
        setattr(response, "_has_been_logged", True)  # noqa: B010 - it is not of the class
        return response

    return middleware


def _answer(request: HttpRequest, now: Maintenance) -> HttpResponse:
    if request.path_info.startswith(_PROGRAMS):
        error = {"code": "UNAVAILABLE", "message": now.message, "detail": None}
        return JsonResponse({"errors": [error], "error": now.message})
    if request.path_info.startswith("/api/"):
        body = problem(503, "maintenance", now.message)
        return JsonResponse(body, content_type="application/problem+json")
    with translation.override(translation.get_language_from_request(request)):
        said = {"words": now.words, "until": now.until, "request_id": request_id.current()}
        return HttpResponse(render_to_string("maintenance.html", said))
