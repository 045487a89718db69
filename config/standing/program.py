"""What administrators want to know of the program itself: queue, version, migrations, maintenance."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from django.utils.translation import gettext_noop
from redis.exceptions import RedisError

from accounts.standing import MIGRATE, Line, State, looks_at, pending_migrations
from config.maintenance import current
from config.tasks import waiting_tasks
from config.version import VERSION

_MANY_TASKS = 1_000


@looks_at(gettext_noop("Program"))
def _program() -> Iterator[Line]:
    yield from _queue()
    yield from _migrations()
    yield _maintenance()
    yield Line(gettext_noop("Version"), State.GOOD, "%(version)s", values={"version": VERSION})


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


def _queue() -> Iterator[Line]:
    """Yield how many tasks wait; that Redis is away is said elsewhere."""
    with suppress(RedisError):
        waiting = waiting_tasks()
        is_long = waiting > _MANY_TASKS
        yield Line(
            gettext_noop("Queue"),
            State.LOOK if is_long else State.GOOD,
            gettext_noop("Waiting tasks: %(count)s."),
            gettext_noop("The worker cannot keep up: give it more processes.") if is_long else "",
            {"count": waiting},
        )


def _migrations() -> Iterator[Line]:
    pending = pending_migrations()
    name = gettext_noop("Migrations")
    if not pending:
        yield Line(name, State.GOOD, gettext_noop("The database matches this version."))
        return
    yield Line(
        name,
        State.BAD,
        gettext_noop("Waiting: %(count)s, the first is %(first)s."),
        MIGRATE,
        {"count": len(pending), "first": f"{pending[0].app_label}.{pending[0].name}"},
    )
