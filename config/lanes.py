"""The fast lanes: `/token`, the gateway's question and events are answered in front of Django.

The same functions answer when Django's own handler is asked (`view`): its test client and its
development server know nothing of lanes.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, InterfaceError, connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from accounts.lane import JSON, Answer, is_from_gateway, waited
from config import maintenance, request_id
from config.metrics import door as metrics_door
from config.metrics.requests import count_lane
from index.events import lane as events
from index.gateway import lane as gateway
from tokenauth import lane as tokens
from tokenauth.signing.keys import SigningKeyMissing

log = logging.getLogger(__name__)

Door = Callable[[Mapping[str, Any]], Answer]

# nginx has told the client by then: whoever works on goes under in what nobody waits for.
GIVEN_UP_AFTER = 20.0

DOORS: Mapping[str, Door] = {
    "/token": tokens.answer,
    "/token/": tokens.answer,
    "/_gateway/route": gateway.answer,
}


def door_of(path: str) -> Door | None:
    """Return who answers at an address, None where Django does."""
    return DOORS.get(path) or (events.answer if path.startswith(events.PATH) else None)


class Lanes:
    """A WSGI application that answers the doors of programs itself and leaves the rest to Django."""

    def __init__(self, django: WSGIApplication) -> None:
        """Stand in front of Django's handler."""
        self._django = django

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        path = environ["PATH_INFO"]
        if path == metrics_door.PATH:
            return _said(answer(metrics_door.answer, environ), environ, start_response)
        door = door_of(path)
        if door is None:
            return self._django(environ, start_response)
        began = time.perf_counter()
        if now := maintenance.current():
            found = _trouble("503 Service Unavailable", "UNAVAILABLE", now.message, now.retry_after)
        elif waited(environ) > GIVEN_UP_AFTER:
            found = _trouble("503 Service Unavailable", "UNAVAILABLE", "too busy at this moment")
        else:
            found = answer(door, environ)
        count_lane(path, found, time.perf_counter() - began)
        return _said(found, environ, start_response)


def answer(door: Door, environ: Mapping[str, Any]) -> Answer:
    """Answer one request; 503 while the database is away, and its connection is made anew then."""
    try:
        return door(environ)
    except Exception as error:  # noqa: BLE001 - whatever it is, the lane goes on
        told = environ.get("HTTP_X_REQUEST_ID", "") if is_from_gateway(environ) else ""
        token = request_id.enter(request_id.shaped(told))
        try:
            return _failed(error)
        finally:
            request_id.leave(token)


def _failed(error: Exception) -> Answer:
    """Log what went wrong, under the number of the request, and say no more than that it did."""
    if isinstance(error, SigningKeyMissing):
        log.error("%s", error)
    elif isinstance(error, DatabaseError | InterfaceError):
        log.error("the database does not answer", exc_info=error)
        connection.close()
    else:
        log.error("a lane failed", exc_info=error)
        return _trouble("500 Internal Server Error", "UNKNOWN", "something went wrong here")
    return _trouble("503 Service Unavailable", "UNAVAILABLE", "try again in a moment")


@csrf_exempt
@login_not_required
def view(request: HttpRequest, **_from_address: str) -> HttpResponse:
    """Let a door answer as a view of Django's."""
    door = door_of(request.path_info)
    assert door is not None  # noqa: S101 - config.urls names no other addresses
    found = door(request.META)
    status = int(found.status.partition(" ")[0])
    return HttpResponse(found.body, status=status, headers=dict(found.headers))


def _said(
    found: Answer, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    start_response(found.status, found.headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else found.body]


def _trouble(status: str, code: str, message: str, retry_after: int = 5) -> Answer:
    body = {"errors": [{"code": code, "message": message, "detail": None}], "error": message}
    headers = [*JSON, ("Cache-Control", "no-store"), ("Retry-After", str(retry_after))]
    return Answer(status, headers, json.dumps(body).encode())
