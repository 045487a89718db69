"""The collectors: syslog (RFC 5424) and HTTP. They are the operator's own, so they may be inside."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC
from typing import Any, Protocol
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from accounts.audit_search import as_json
from accounts.models import AuditEvent

_TIMEOUT = 10.0  # seconds for each step
_AUDIT_INFO = 13 * 8 + 6  # facility "log audit", severity "informational"


class NotForwarded(Exception):
    """The collector does not have them, or nobody knows; `str()` is for administrators."""


class Target(Protocol):
    """Something that takes events."""

    name: str

    def send(self, events: Sequence[AuditEvent]) -> None:
        """Hand all of them over, or raise NotForwarded."""


def configured_targets() -> list[Target]:
    """Return the collectors that settings name."""
    targets: list[Target] = []
    if settings.AUDIT_SYSLOG:
        targets.append(Syslog(settings.AUDIT_SYSLOG))
    if settings.AUDIT_HTTP_URL:
        targets.append(Http(settings.AUDIT_HTTP_URL, settings.AUDIT_HTTP_TOKEN))
    return targets


def as_syslog(event: AuditEvent) -> bytes:
    """Return an event as RFC 5424 has it; the message is the same JSON as in exports."""
    at = event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    host = settings.PUBLIC_HOSTNAME or "-"
    return f"<{_AUDIT_INFO}>1 {at} {host} waybill - audit - {as_json(event)}".encode()


class Syslog:
    """`tcp://host:601`, `tls://host:6514`, `udp://host:514` or `unix:///dev/log`."""

    name = "syslog"

    def __init__(self, url: str) -> None:
        """Read the address."""
        self._url = urlsplit(url)

    def send(self, events: Sequence[AuditEvent]) -> None:
        """Hand them over. Datagrams are not answered, so of them nobody knows whether they arrived."""
        messages = [as_syslog(event) for event in events]
        try:
            if self._url.scheme in {"tcp", "tls"}:
                self._stream(messages)
            else:
                self._datagrams(messages)
        except OSError as error:
            raise NotForwarded(f"{type(error).__name__}: {error}"[:200]) from error

    def _stream(self, messages: list[bytes]) -> None:
        """Send frames with their length (RFC 6587), then wait until the collector has read the end.

        Syslog answers nothing; but whoever closes the connection after us has read it to its end.
        """
        with self._connect() as connection:
            connection.sendall(b"".join(b"%d %s" % (len(one), one) for one in messages))
            if isinstance(connection, ssl.SSLSocket):
                _end_tls(connection)
                return
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass

    def _connect(self) -> socket.socket:
        host, port = str(self._url.hostname), self._url.port or 6514
        plain = socket.create_connection((host, port), _TIMEOUT)
        if self._url.scheme == "tcp":
            return plain
        try:
            return _tls_context().wrap_socket(plain, server_hostname=host)
        except OSError:
            plain.close()
            raise

    def _datagrams(self, messages: list[bytes]) -> None:
        family: socket.AddressFamily
        where: Any
        if self._url.scheme == "udp":
            host, port = str(self._url.hostname), self._url.port or 514
            family, *_, where = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        else:
            family, where = socket.AF_UNIX, self._url.path
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.settimeout(_TIMEOUT)
            for message in messages:
                connection.sendto(message, where)


class Http:
    """Lines of JSON by POST; a status of 200 to 299 says that they are kept."""

    name = "http"

    def __init__(self, url: str, token: str) -> None:
        """Read the address."""
        self._url: SplitResult = urlsplit(url)
        self._token = token

    def send(self, events: Sequence[AuditEvent]) -> None:
        """Hand them over; redirects are not followed."""
        body = "".join(f"{as_json(event)}\n" for event in events).encode()
        headers = {"Content-Type": "application/x-ndjson", "User-Agent": "Waybill-Audit/1"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        connection = self._connect()
        try:
            target = (self._url.path or "/") + (f"?{self._url.query}" if self._url.query else "")
            connection.request("POST", target, body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException) as error:
            raise NotForwarded(f"{type(error).__name__}: {error}"[:200]) from error
        finally:
            connection.close()
        if not 200 <= status < 300:
            message = f"answered {status}"
            raise NotForwarded(message)

    def _connect(self) -> http.client.HTTPConnection:
        host, port = str(self._url.hostname), self._url.port
        if self._url.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=_TIMEOUT, context=_tls_context())
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT)


def _end_tls(connection: ssl.SSLSocket) -> None:
    """Say that this is the end, and wait until the other side says so too, or hangs up."""
    try:
        connection.unwrap()
    except ssl.SSLEOFError:  # it has read our end, and closed without a word of its own
        return


def _tls_context() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.AUDIT_CA_FILE or None)
