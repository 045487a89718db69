"""The pooler before the database, and its replicas."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils.translation import gettext_noop

from accounts.replicas import behind
from accounts.standing import Line, State, looks_at

_LIMITS = """
SELECT name FROM pg_settings
WHERE name IN ('lock_timeout', 'statement_timeout') AND setting = '0' OR name = 'jit' AND setting = 'on'
ORDER BY name
"""


@looks_at(gettext_noop("Ways to the database"))
def _ways() -> Iterator[Line]:
    if "pool" in connections.settings:
        yield _pooler()
    for alias in settings.REPLICAS:
        yield _replica(alias)


def _pooler() -> Line:
    name = gettext_noop("Pooler of connections")
    try:
        with connections["pool"].cursor() as cursor:
            cursor.execute(_LIMITS)
            missing = [name for (name,) in cursor.fetchall()]
    except DatabaseError as error:
        return Line(
            name,
            State.BAD,
            gettext_noop("It does not respond: nobody can pull, push or log in."),
            gettext_noop("Start it, or correct WAYBILL_DATABASE_POOL_URL."),
            detail=str(error).strip(),
        )
    finally:
        connections["pool"].close()
    if missing:
        return Line(
            name,
            State.LOOK,
            gettext_noop("Who comes through it has no limits: %(names)s."),
            gettext_noop("Set them for the role, as docs/operations/past-one-machine.md says."),
            {"names": ", ".join(missing)},
        )
    return Line(name, State.GOOD, gettext_noop("It responds."))


def _replica(alias: str) -> Line:
    name = connections.settings[alias]["HOST"]
    try:
        seconds = behind(alias)
    except DatabaseError as error:
        return Line(
            name,
            State.LOOK,
            gettext_noop("It cannot be read as a replica: the database itself answers."),
            gettext_noop("Start it, or correct WAYBILL_DATABASE_REPLICA_URLS."),
            detail=str(error).strip(),
        )
    finally:
        connections[alias].close()
    says, values = gettext_noop("It is %(seconds)s seconds behind."), {"seconds": f"{seconds:.1f}"}
    if seconds <= settings.REPLICA_SECONDS:
        return Line(name, State.GOOD, says, values=values)
    return Line(
        name,
        State.LOOK,
        says,
        gettext_noop(
            "Look at its load and its line: until it keeps up, the database itself answers."
        ),
        values,
    )
