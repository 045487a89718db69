"""Counting what is asked: Django's requests by pattern, those of the fast lanes by what became of them."""

from __future__ import annotations

import time
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponseBase

from accounts import metrics
from accounts.lane import Answer
from config.middleware import Handler
from index.events.lane import PATH as EVENTS

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOKENS: Mapping[str, str] = {
    "200": "issued",
    "400": "malformed",
    "401": "refused",
    "403": "refused",
    "405": "malformed",
    "429": "limited",
    "503": "unavailable",
}
_ROUTES: Mapping[str, str] = {
    "400": "malformed",
    "401": "token-needed",
    "403": "denied",
    "404": "unknown",
    "429": "limited",
    "503": "unavailable",
}
_EVENTS: Mapping[str, str] = {"202": "accepted", "401": "refused", "503": "unavailable"}
_OTHER = "failed"


def count_requests(get_response: Handler) -> Handler:
    """Count each request under the pattern of its address, never under the address: names are private."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        route = match.route if match else "none"
        method = request.method if request.method in _METHODS else "other"
        metrics.REQUESTS.add(route, method or "other", str(response.status_code))
        metrics.REQUEST_SECONDS.observe(time.perf_counter() - began, route)
        return response

    return middleware


def count_lane(path: str, answer: Answer, seconds: float) -> None:
    """Count what a fast lane answered."""
    status = answer.status[:3]
    if path == "/_gateway/route":
        metrics.ROUTES.add(_outcome_of_route(answer, status))
        metrics.ROUTE_SECONDS.observe(seconds)
    elif path.startswith(EVENTS):
        metrics.EVENTS_RECEIVED.add(_EVENTS.get(status, _OTHER))
    else:
        handed_on = status == "200" and not answer.body
        metrics.TOKENS.add("to-passwords" if handed_on else _TOKENS.get(status, _OTHER))
        metrics.TOKEN_SECONDS.observe(seconds)


def _outcome_of_route(answer: Answer, status: str) -> str:
    """Return what the client is told in the end: refusals travel in a header."""
    if status == "204":
        return "found"
    told = dict(answer.headers).get("X-Waybill-Refusal-Status", status)
    return _ROUTES.get(told, _OTHER)
