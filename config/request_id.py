"""A number for each request: on error pages, in the log and in a header, so that a report finds its lines."""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Callable
from contextvars import ContextVar, Token

from django.http import HttpRequest, HttpResponseBase

# Not from config.middleware: the log is set up before there are models.
Handler = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-Id"
_SHAPE = re.compile(r"[0-9a-f]{32}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current() -> str:
    """Return the number of the request that is answered now; nothing outside of one."""
    return _current.get()


def shaped(told: str) -> str:
    """Return what was told if it has the shape of a number, else nothing."""
    return told if _SHAPE.fullmatch(told) else ""


def enter(number: str) -> Token[str]:
    """Let what is logged from now on have this number; `leave` ends that."""
    return _current.set(number)


def leave(token: Token[str]) -> None:
    """End what `enter` began."""
    _current.reset(token)


def request_id(get_response: Handler) -> Handler:
    """Take the gateway's number, else make one; after gateway_trust, which drops everybody else's."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        number = shaped(request.META.get("HTTP_X_REQUEST_ID", "")) or secrets.token_hex(16)
        token = enter(number)
        try:
            response = get_response(request)
        finally:
            leave(token)
        response.headers[HEADER] = number
        return response

    return middleware


class WithRequest(logging.Filter):
    """Gives each line of the log the number of its request, ready to stand after the logger's name."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every line."""
        number = current()
        record.request_id = number
        record.request_number = f" [request {number}]" if number else ""
        return True
