"""Requests to addresses that come from outside: no redirects, bounded, never into private networks.

What counts is the address that is connected to, not the name that was given: a name may resolve to
another address a moment later, and there are many spellings of loopback (F17, case 35).
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import ssl
import threading
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

_EACH = 5.0  # seconds for connecting, and for every single read
_ALTOGETHER = 10.0
_MOST_ADDRESSES = 4
# What `is_global` of some Python versions lets through: NAT64, 6to4, Teredo, mapped, benchmarks.
_NEVER = [
    ip_network(text)
    for text in (
        "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
        "::/96", "64:ff9b::/96", "64:ff9b:1::/48", "2001::/32", "2002::/16", "fc00::/7",
    )
]  # fmt: skip


class OutgoingRefused(Exception):
    """There is no answer that can be used; `str()` is for the log, and no secret is in it."""


@dataclass(frozen=True, slots=True)
class JsonAnswer:
    """A JSON object, and for how many seconds its sender lets it be kept."""

    body: dict[str, Any]
    max_age: int


def is_loopback_url(url: str) -> bool:
    """Whether it is plain http on this very machine: for tests, where settings list it."""
    parts = urlsplit(url)
    return parts.scheme == "http" and parts.hostname == "127.0.0.1"


def fetch_json(url: str, *, largest: int, loopback: bool = False) -> JsonAnswer:
    """GET a JSON object over verified https; raise OutgoingRefused.

    With `loopback` it may be plain http on this machine as well. Proxies of the environment are not
    used: they would connect for us, unchecked.
    """
    connection = _connection_to(url, loopback=loopback)
    watch = threading.Timer(_ALTOGETHER, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        return _get(connection, url, largest)
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        message = f"{url}: {type(error).__name__}: {error}"
        raise OutgoingRefused(message) from error
    finally:
        watch.cancel()
        connection.close()


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address belongs to the Internet, or to a private network that settings allow."""
    mapped = getattr(address, "ipv4_mapped", None)
    if mapped is not None:
        return is_public(mapped)
    if any(address in network for network in settings.OUTGOING_NETWORKS):
        return True
    forbidden = address.is_multicast or any(address in network for network in _NEVER)
    return address.is_global and not forbidden


class _PlainConnection(http.client.HTTPConnection):
    """Plain http to this machine, whatever the name resolves to."""

    def connect(self) -> None:
        """Connect to 127.0.0.1."""
        self.sock = socket.create_connection(("127.0.0.1", self.port), _EACH)


class _CheckedConnection(http.client.HTTPSConnection):
    """https, connected to an address that was looked at."""

    def connect(self) -> None:
        """Resolve once, check, connect to just that, verify the certificate for the name."""
        self.sock = _connect_checked(self.host, self.port)  # so that the watch can end a handshake
        context = ssl.create_default_context()
        self.sock = context.wrap_socket(self.sock, server_hostname=self.host)


def _connection_to(url: str, *, loopback: bool) -> http.client.HTTPConnection:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if loopback and is_loopback_url(url):
            return _PlainConnection(host, port)
        if parts.scheme == "https" and host and parts.username is None:
            return _CheckedConnection(host, port or 443)
    except (ValueError, http.client.InvalidURL) as error:
        message = f"{url!r} is no address"
        raise OutgoingRefused(message) from error
    message = f"{url!r} is not https"
    raise OutgoingRefused(message)


def _connect_checked(host: str, port: int) -> socket.socket:
    last = OSError(f"{host} has no address that may be reached")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, where in found[:_MOST_ADDRESSES]:
        if not is_public(ip_address(str(where[0]).partition("%")[0])):
            continue
        plain = socket.socket(family, kind, protocol)
        plain.settimeout(_EACH)
        try:
            plain.connect(where)
        except OSError as error:
            plain.close()
            last = error
        else:
            return plain
    raise last


def _get(connection: http.client.HTTPConnection, url: str, largest: int) -> JsonAnswer:
    parts = urlsplit(url)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection.request("GET", target, headers={"Accept": "application/json"})
    response = connection.getresponse()
    if response.status != http.client.OK:  # a redirect, too: its target was not allowed by anyone
        message = f"answered {response.status}"
        raise ValueError(message)
    content = response.read(largest + 1)
    if len(content) > largest:
        message = f"answered more than {largest} bytes"
        raise ValueError(message)
    body = json.loads(content)
    if not isinstance(body, dict):
        message = "answered no JSON object"
        raise ValueError(message)
    return JsonAnswer(body, _max_age(response.headers.get("Cache-Control", "")))


def _max_age(header: str) -> int:
    for directive in header.split(","):
        name, _, value = directive.strip().partition("=")
        if name.lower() == "max-age" and value.isascii() and value.isdigit():
            return int(value[:9])
    return 0


def _cut(connection: http.client.HTTPConnection) -> None:
    """End a conversation that takes too long: a time-out of the socket starts anew at each byte."""
    if isinstance(connection.sock, socket.socket):
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
