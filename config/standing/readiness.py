"""What must answer before anything works: `/readyz`, the page of administrators and the doctor ask this."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.core.cache import cache
from django.db import DatabaseError, InterfaceError, connection
from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from accounts.redis_client import connect_briefly
from accounts.standing import Line, State, looks_at
from config.tasks import HEARTBEAT_KEY, heartbeat
from index.outbox import start_now
from tokenauth.signing.key_folder import KeyTrouble
from tokenauth.signing.keys import signing_keys

_ANSWERS = gettext_noop("It responds.")


def database() -> Line:
    """Ask it the least there is."""
    name = gettext_noop("Database")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError) as error:
        connection.close()
        return Line(
            name,
            State.BAD,
            gettext_noop("It does not respond: nobody can pull, push or log in."),
            gettext_noop("Start it, or correct WAYBILL_DATABASE_URL."),
            detail=str(error).strip(),
        )
    return Line(name, State.GOOD, _ANSWERS)


def redis() -> Line:
    """Ask it the least there is."""
    name = "Redis"
    try:
        with connect_briefly() as client:
            client.ping()
    except (RedisError, ValueError) as error:
        return Line(
            name,
            State.BAD,
            gettext_noop("It does not respond: pulls still work, background tasks wait."),
            gettext_noop("Start it, or correct WAYBILL_REDIS_URL."),
            detail=str(error),
        )
    return Line(name, State.GOOD, _ANSWERS)


def signing_key() -> Line:
    """Look for the key that signs."""
    name = gettext_noop("Signing key")
    try:
        signing_keys.current()
    except (KeyTrouble, OSError) as trouble:
        return Line(
            name,
            State.BAD,
            gettext_noop("There is none that can be used: nobody can pull or push."),
            gettext_noop("Run `manage.py keys list`: it says what is wrong."),
            detail=str(trouble),
        )
    return Line(name, State.GOOD, gettext_noop("It can be used."))


def worker() -> Line:
    """Look for its sign of life, and ask for another one."""
    name = gettext_noop("Worker")
    if cache.get(HEARTBEAT_KEY):
        return Line(name, State.GOOD, gettext_noop("It is running."))
    if cache.add("heartbeat-asked", "1", 2):
        start_now(heartbeat)
    return Line(
        name,
        State.BAD,
        gettext_noop("It does not respond: nothing is deleted, mailed or counted."),
        gettext_noop("Start the worker and beat; their logs say why they stopped."),
    )


# As /readyz calls them.
PARTS: dict[str, Callable[[], Line]] = {
    "database": database,
    "redis": redis,
    "signing_key": signing_key,
    "worker": worker,
}


def line_of(part: str) -> Line:
    """Look at one part; whatever goes wrong with that, it is not ready."""
    try:
        return PARTS[part]()
    except Exception as error:  # noqa: BLE001 - an unknown trouble is a trouble
        return Line(
            part,
            State.BAD,
            gettext_noop("It could not be checked."),
            gettext_noop("`manage.py doctor` says why."),
            detail=f"{type(error).__name__}: {error}",
        )


@looks_at(gettext_noop("Parts"), needs_database=False)
def _parts() -> Iterator[Line]:
    for part in PARTS:
        yield line_of(part)
