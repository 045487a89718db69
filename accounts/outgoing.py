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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy

from accounts.ip_addresses import is_inner, is_listed, is_public, literal

_EACH = 5.0  # seconds for connecting, and for every single read
_ALTOGETHER = 10.0
_MOST_ADDRESSES = 4
_LONGEST_URL = 500
_FIRST_ORDINARY_PORT = 1024
UNUSABLE = gettext_lazy(
    "This address cannot be used. It must begin with https:// and be open to everybody."
)
UNREACHABLE = (
    "no answer: the address cannot be reached, its certificate is not right, or it took longer than "
    f"{_ALTOGETHER:.0f} seconds"
)


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
    return _fetch(_connection_to(url, loopback=loopback), url, largest, _ALTOGETHER)


def fetch_json_from_chosen(url: str, *, largest: int, within: float) -> JsonAnswer:
    """GET a JSON object from a host that the operator wrote into a setting; raise OutgoingRefused.

    https leads wherever the name does, because the certificate must be right for it; plain http
    into private networks alone. `within`: seconds, from the connection to the last byte.
    """
    parts = urlsplit(url)
    host, port = str(parts.hostname), parts.port
    connection: http.client.HTTPConnection = (
        http.client.HTTPSConnection(host, port or 443, timeout=within)
        if parts.scheme == "https"
        else _InnerConnection(host, port or 80, timeout=within)
    )
    return _fetch(connection, url, largest, within)


def _fetch(
    connection: http.client.HTTPConnection, url: str, largest: int, within: float
) -> JsonAnswer:
    opened: list[socket.socket] = []
    watch = threading.Timer(within, _cut, [connection, opened])
    watch.daemon = True
    watch.start()
    try:
        connection.connect()
        opened.append(connection.sock)  # which the connection lets go of before the answer's end
        return _get(connection, url, largest)
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
        message = f"{url}: {type(error).__name__}: {error}"
        raise OutgoingRefused(message) from error
    finally:
        watch.cancel()
        connection.close()


def check_address(url: str) -> None:
    """Raise OutgoingRefused for what `post` would never connect to; no name server is asked.

    What a name leads to is looked at when it is connected to, so this finds mistakes early and no more.
    """
    parts = _read(url)
    host = str(parts.hostname)
    if _is_own(parts) or not (_is_listed(host) or _is_ordinary(parts)):
        raise OutgoingRefused(UNUSABLE)


def post(url: str, body: bytes, headers: Mapping[str, str]) -> int:
    """POST to a checked address; return the status. What else is answered is not read.

    Over verified https; plain http only into networks that settings list. Raises OutgoingRefused with
    one sentence, whatever was in the way: else it would tell what there is inside.
    """
    check_address(url)
    parts = _read(url)
    host, port = str(parts.hostname), parts.port
    connection: http.client.HTTPConnection = (
        _CheckedConnection(host, port or 443)
        if parts.scheme == "https"
        else _ListedConnection(host, port or 80)
    )
    watch = threading.Timer(_ALTOGETHER, _cut, [connection])
    watch.daemon = True
    watch.start()
    try:
        connection.request("POST", _target(parts), body, {**headers, "Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise OutgoingRefused(UNREACHABLE) from error
    finally:
        watch.cancel()
        connection.close()


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


class _ListedConnection(http.client.HTTPConnection):
    """Plain http, into a network that settings list."""

    def connect(self) -> None:
        """Resolve once, check, connect to just that."""
        self.sock = _connect_checked(self.host, self.port, is_listed)


class _InnerConnection(http.client.HTTPConnection):
    """Plain http, to what is not the Internet."""

    def connect(self) -> None:
        """Resolve once, check, connect to just that."""
        self.sock = _connect_checked(self.host, self.port, is_inner)


def _read(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise OutgoingRefused(UNUSABLE) from error
    schemes = {"https", "http"} if settings.OUTGOING_NETWORKS else {"https"}
    is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    has_more = parts.username is not None or parts.password is not None or parts.fragment
    if not is_plain or len(url) > _LONGEST_URL or parts.scheme not in schemes:
        raise OutgoingRefused(UNUSABLE)
    if not parts.hostname or has_more or port == 0:
        raise OutgoingRefused(UNUSABLE)
    return parts


def _is_own(parts: SplitResult) -> bool:
    """Whether it is this very site: what is sent there comes back as a request of ours."""
    host = str(parts.hostname).rstrip(".")
    if settings.IS_OWN_MACHINE:  # where everything has the same name
        return host == settings.PUBLIC_HOSTNAME and parts.port == settings.PUBLIC_PORT
    return host in {name.lower() for name in settings.ALLOWED_HOSTS}


def _is_listed(host: str) -> bool:
    address = literal(host)
    return address is not None and is_listed(address)


def _is_ordinary(parts: SplitResult) -> bool:
    """Whether host and port look like a site of the Internet, for all that can be known here."""
    host, port = str(parts.hostname).rstrip("."), parts.port
    if port is not None and port != http.client.HTTPS_PORT and port < _FIRST_ORDINARY_PORT:
        return bool(settings.OUTGOING_NETWORKS) and port == http.client.HTTP_PORT
    address = literal(host)
    if address is not None:
        return parts.scheme == "https" and is_public(address)
    return host != "localhost" and not host.endswith(".localhost")


def _target(parts: SplitResult) -> str:
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


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


def _connect_checked(
    host: str,
    port: int,
    is_allowed: Callable[[IPv4Address | IPv6Address], bool] = is_public,
) -> socket.socket:
    last = OSError(f"{host} has no address that may be reached")
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, where in found[:_MOST_ADDRESSES]:
        if not is_allowed(ip_address(str(where[0]).partition("%")[0])):
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
    connection.request("GET", _target(urlsplit(url)), headers={"Accept": "application/json"})
    with connection.getresponse() as response:
        if response.status != http.client.OK:  # a redirect, too: its target was allowed by nobody
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


def _cut(connection: http.client.HTTPConnection, opened: Sequence[socket.socket] = ()) -> None:
    """End a conversation that takes too long: a time-out of the socket starts anew at each byte."""
    for one in (connection.sock, *opened):
        if isinstance(one, socket.socket):
            with contextlib.suppress(OSError):
                socket.socket.shutdown(one, socket.SHUT_RDWR)
