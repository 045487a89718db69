"""A number for each request: on error pages, in the log and in a header, so that a report finds its lines."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

# Not from config.middleware: the log is set up before there are models.
Handler = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-Id"
_SHAPE = re.compile(r"[0-9a-f]{32}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the number of the request that is answered now; nothing outside of one."""
    return _current.get()


def request_id(get_response: Handler) -> Handler:
    """Take the gateway's number, else make one; after gateway_trust, which drops everybody else's."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        told = request.META.get("HTTP_X_REQUEST_ID", "")
        number = told if _SHAPE.fullmatch(told) else secrets.token_hex(16)
        token = _current.set(number)
        try:
            response = get_response(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = number
        return response

    return middleware


class WithRequest(logging.Filter):
    """Gives each line of the log the number of its request, ready to stand after the logger's name."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every line."""
        number = current()
        record.request_number = f" [request {number}]" if number else ""
        return True
