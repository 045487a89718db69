"""What others see of this machine: its certificate and its time."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts.standing import Line, State, looks_at

_TLS_SECONDS = 3
_CERTIFICATE_SOON = timedelta(days=21)
_CLOCK_SECONDS = 5  # a token is refused by a registry whose clock is a minute off


@looks_at(gettext_noop("Certificate and time"))
def _outside() -> Iterator[Line]:
    if settings.IS_HTTPS:
        yield _certificate()
    else:
        yield Line(
            gettext_noop("Certificate"),
            State.GOOD if settings.IS_OWN_MACHINE else State.LOOK,
            gettext_noop("This site is served without encryption."),
            ""
            if settings.IS_OWN_MACHINE
            else gettext_noop("Passwords can be read in transit: give nginx a certificate."),
        )
    if connection.vendor == "postgresql":
        yield _clock()


def _certificate() -> Line:
    name, url = gettext_noop("Certificate"), urlsplit(settings.PUBLIC_URL)
    address = (url.hostname or "", url.port or 443)
    try:
        with (
            socket.create_connection(address, timeout=_TLS_SECONDS) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=address[0]) as secure,
        ):
            ends = ssl.cert_time_to_seconds(str((secure.getpeercert() or {})["notAfter"]))
    except (OSError, KeyError, ValueError) as error:
        return Line(
            name,
            State.LOOK,
            gettext_noop("%(host)s cannot be reached from here: %(problem)s."),
            gettext_noop("Clients may still reach it; check from outside."),
            {"host": settings.PUBLIC_HOST, "problem": str(error)[:200]},
        )
    ends_at = datetime.fromtimestamp(ends, UTC)
    is_soon = ends_at - timezone.now() < _CERTIFICATE_SOON
    return Line(
        name,
        State.LOOK if is_soon else State.GOOD,
        gettext_noop("Valid until %(ends)s."),
        gettext_noop("Renew it and reload nginx.") if is_soon else "",
        {"ends": f"{ends_at:%Y-%m-%d}"},
    )


def _clock() -> Line:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        theirs: datetime = cursor.fetchone()[0]
    apart = abs((timezone.now() - theirs).total_seconds())
    is_off = apart > _CLOCK_SECONDS
    return Line(
        gettext_noop("Clock"),
        State.BAD if is_off else State.GOOD,
        gettext_noop("This machine and the database are %(seconds)s seconds apart."),
        gettext_noop("Set both to the same time server.") if is_off else "",
        {"seconds": f"{apart:.1f}"},
    )
