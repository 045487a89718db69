"""What administrators want to know of the program itself: worker, queue, version, migrations, time."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext_noop
from redis import Redis
from redis.exceptions import RedisError

from accounts.standing import Line, State, looks_at
from config.maintenance import current
from config.tasks import HEARTBEAT_KEY
from config.version import VERSION

_MANY_TASKS = 1_000
_TLS_SECONDS = 3
_CERTIFICATE_SOON = timedelta(days=21)
_CLOCK_SECONDS = 5  # a token is refused by a registry whose clock is a minute off


@looks_at(gettext_noop("Program"))
def _program() -> Iterator[Line]:
    yield _worker()
    yield _queue()
    yield from _migrations()
    yield _maintenance()
    yield Line(gettext_noop("Version"), State.GOOD, "%(version)s", values={"version": VERSION})


def _worker() -> Line:
    name = gettext_noop("Worker")
    if cache.get(HEARTBEAT_KEY):
        return Line(name, State.GOOD, gettext_noop("It is running."))
    return Line(
        name,
        State.BAD,
        gettext_noop("It does not respond: nothing is deleted, mailed or counted."),
        gettext_noop("Start the worker and beat; their logs say why they stopped."),
    )


def _maintenance() -> Line:
    """Return the state of the switch."""
    name, on = gettext_noop("Maintenance"), current()
    if on is None:
        return Line(name, State.GOOD, gettext_noop("It is off."))
    return Line(
        name,
        State.LOOK,
        gettext_noop("It is on: everybody is told to come back later. %(words)s"),
        gettext_noop("Run `manage.py maintenance off` on this machine."),
        {"words": on.words},
        at=on.until,
    )


def _queue() -> Line:
    name = gettext_noop("Queue")
    try:
        with Redis.from_url(
            settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1
        ) as redis:
            waiting = int(redis.llen("celery"))
    except RedisError as error:
        return Line(
            name,
            State.BAD,
            gettext_noop("Redis does not answer: %(problem)s"),
            gettext_noop("Pulls still work; background tasks wait. Start Redis."),
            {"problem": str(error)[:200]},
        )
    is_long = waiting > _MANY_TASKS
    return Line(
        name,
        State.LOOK if is_long else State.GOOD,
        gettext_noop("Waiting tasks: %(count)s."),
        gettext_noop("The worker cannot keep up: give it more processes.") if is_long else "",
        {"count": waiting},
    )


def _migrations() -> Iterator[Line]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    name = gettext_noop("Migrations")
    if not plan:
        yield Line(name, State.GOOD, gettext_noop("The database matches this version."))
        return
    first = plan[0][0]
    yield Line(
        name,
        State.BAD,
        gettext_noop("Waiting: %(count)s, the first is %(first)s."),
        gettext_noop("Run `manage.py migrate`."),
        {"count": len(plan), "first": f"{first.app_label}.{first.name}"},
    )


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
