"""Who may read `/metrics`: this machine itself, or who has the token; never anybody through the gateway."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Mapping
from typing import Any

from django.conf import settings

from accounts.lane import PLAIN, Answer, is_from_gateway

PATH = "/metrics"
_NOT_FOUND = Answer("404 Not Found", PLAIN, b"not found\n")
_REFUSED = Answer("403 Forbidden", PLAIN, b"from this machine, or with the token for metrics\n")
_WRONG_METHOD = Answer("405 Method Not Allowed", [*PLAIN, ("Allow", "GET, HEAD")], b"")
# Whoever hands others' requests on says so in one of these: then the peer's address proves nothing.
_HANDED_ON = ("HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED", "HTTP_VIA")


def answer(environ: Mapping[str, Any]) -> Answer:
    """Answer in front of Django: Prometheus asks each host by its address, which is no name of ours."""
    if is_from_gateway(environ):
        return _NOT_FOUND
    if not (_has_token(environ) or _is_local(environ)):
        return _REFUSED
    if environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
        return _WRONG_METHOD
    from config.metrics.page import render  # of no use to a process that is never asked

    headers = [*PLAIN[:-1], ("Content-Type", "text/plain; version=0.0.4; charset=utf-8")]
    return Answer("200 OK", [*headers, ("Cache-Control", "no-store")], render())


def _has_token(environ: Mapping[str, Any]) -> bool:
    scheme, _, secret = str(environ.get("HTTP_AUTHORIZATION", "")).partition(" ")
    wanted = settings.METRICS_TOKEN.encode()
    is_right = hmac.compare_digest(secret.strip().encode("utf-8", "replace"), wanted)
    return bool(wanted) and scheme.lower() == "bearer" and is_right


def _is_local(environ: Mapping[str, Any]) -> bool:
    if any(environ.get(name) for name in _HANDED_ON):
        return False
    try:
        return ipaddress.ip_address(str(environ.get("REMOTE_ADDR", ""))).is_loopback
    except ValueError:
        return False
