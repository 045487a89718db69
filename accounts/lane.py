"""What a fast lane reads of a request and says: plain values in front of Django's handler.

`/token` and the gateway's question are asked so often that Django's handler, middleware and request
objects would be most of their price (120 of 160 us, performance.md B3).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from accounts.password_hashing import lateness

MAXIMUM_BODY = 65_536
UNREADABLE = "?"
_SECRET = settings.GATEWAY_SECRET.encode()  # an attribute of the settings costs a microsecond

Headers = list[tuple[str, str]]
# On every answer: programs read these doors, and no browser shall show what they say as a page.
_SAFE: Headers = [
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("X-Content-Type-Options", "nosniff"),
    ("X-Frame-Options", "DENY"),
]
JSON: Headers = [*_SAFE, ("Content-Type", "application/json")]
PLAIN: Headers = [*_SAFE, ("Content-Type", "text/plain")]


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, as it came."""

    method: str
    query: str  # raw
    authorization: str
    content_type: str
    body: bytes  # at most one byte more than is taken
    address: str  # the client's
    user_agent: str
    environ: Mapping[str, Any]

    def __repr__(self) -> str:
        """Hide what proves who asks."""
        return f"Asked({self.method}, ***)"


@dataclass(frozen=True, slots=True)
class Answer:
    """A status such as `200 OK`, headers and a body."""

    status: str
    headers: Headers
    body: bytes


def is_secret_of_gateway(supplied: str) -> bool:
    """Whether this is the gateway's secret, in constant time."""
    return hmac.compare_digest(supplied.encode("latin-1"), _SECRET)


def is_from_gateway(environ: Mapping[str, Any]) -> bool:
    """Whether the gateway handed the request on, so that it is believed about the client."""
    supplied = environ.get("HTTP_X_WAYBILL_GATEWAY")
    return supplied is not None and is_secret_of_gateway(supplied)


def client_address(environ: Mapping[str, Any]) -> str:
    """Return the client's address: by the gateway's word if it is the gateway, else the peer's."""
    is_told = is_from_gateway(environ)
    return str(environ.get("HTTP_X_REAL_IP" if is_told else "REMOTE_ADDR", ""))


def header(environ: Mapping[str, Any], name: str) -> str:
    """Return a header, "" where there is none, UNREADABLE where it was sent and says nothing.

    The app server hands one with a byte beyond ASCII on as empty, and what stands behind us may
    read it all the same.
    """
    value = environ.get(name)
    return "" if value is None else str(value) or UNREADABLE


def told_beginning(environ: Mapping[str, Any]) -> str:
    """Return when the gateway began with the request, as it says it; "" without its word."""
    return str(environ.get("HTTP_X_REQUEST_START", "")) if is_from_gateway(environ) else ""


def waited(environ: Mapping[str, Any]) -> float:
    """Return for how many seconds the request has been on its way from the gateway to here."""
    return lateness(told_beginning(environ))


def read(environ: Mapping[str, Any], *, most: int = MAXIMUM_BODY) -> Asked:
    """Return what is asked; of a body no more than a byte beyond the most that is taken."""
    method = environ["REQUEST_METHOD"]
    body = b""
    if method == "POST":
        body = environ["wsgi.input"].read(min(_length(environ), most + 1))
    return Asked(
        method,
        environ.get("QUERY_STRING", ""),
        header(environ, "HTTP_AUTHORIZATION"),
        header(environ, "CONTENT_TYPE"),
        body,
        client_address(environ),
        environ.get("HTTP_USER_AGENT", ""),
        environ,
    )


def _length(environ: Mapping[str, Any]) -> int:
    said = environ.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() and len(said) < 19 else 0
