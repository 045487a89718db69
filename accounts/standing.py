"""How this installation is, in lines: what was looked at, its state in words, and what to do.

Each app says what it looks at (`@looks_at`). A task looks every minute and remembers; pages show what is
remembered, so that none waits for a registry or a disk. Sentences are kept untranslated with their
values, and are translated for whoever reads them.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

log = logging.getLogger(__name__)
_KEY = "standing"
_KEPT_SECONDS = 86_400
STALE_AFTER = timedelta(minutes=5)  # a look is due each minute


class State(StrEnum):
    """How it is."""

    GOOD = "good"
    LOOK = "look"  # works, and somebody should look at it
    BAD = "bad"
    UNKNOWN = "unknown"


MIGRATE = gettext_noop("Run `manage.py migrate`.")
# The word for each state, and which is worse.
WORDS = {
    State.GOOD: gettext_noop("OK"),
    State.LOOK: gettext_noop("needs attention"),
    State.BAD: gettext_noop("broken"),
    State.UNKNOWN: gettext_noop("unknown"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing. `words` and `remedy` are sentences with `%(name)s` for what is in `values`."""

    name: str
    state: State
    words: str
    remedy: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)
    view: str = ""  # the page where it is mended, and what its address needs
    argument: str = ""
    at: datetime | None = None  # since when, or when last
    detail: str = ""  # of a program, as it said it: for the machine's own administrators alone

    @property
    def sentence(self) -> str:
        """What is, for whoever reads now."""
        return _(self.words) % self.values if self.words else ""

    @property
    def advice(self) -> str:
        """What to do; empty where nothing is."""
        return _(self.remedy) % self.values if self.remedy else ""

    @property
    def title(self) -> str:
        """The name; that of a thing is translated, that of a registry stays."""
        return _(self.name) if self.name else ""

    @property
    def word(self) -> str:
        """The state in a word."""
        return _(WORDS[self.state])


@dataclass(frozen=True, slots=True)
class Standing:
    """All lines by area, and when somebody looked."""

    at: datetime
    areas: dict[str, list[Line]]
    seconds: float = 0.0

    def count(self, *states: State) -> int:
        """Return how many lines are in one of these states."""
        return sum(line.state in states for lines in self.areas.values() for line in lines)

    @property
    def is_stale(self) -> bool:
        """Whether nobody has looked for too long."""
        return timezone.now() - self.at > STALE_AFTER


Look = Callable[[], Iterable[Line]]
_looks: dict[str, Look] = {}
# What is done only when somebody waits for it, under the same headings.
_asking: dict[str, Look] = {}
_without_database: set[Look] = set()


def looks_at(
    area: str, *, asks_others: bool = False, needs_database: bool = True
) -> Callable[[Look], Look]:
    """Add what a function returns under this heading.

    What asks others, a mail server for instance, is for `manage.py doctor` and not for each minute.
    """

    def register(look: Look) -> Look:
        (_asking if asks_others else _looks)[area] = look
        if not needs_database:
            _without_database.add(look)
        return look

    return register


def look(*, thoroughly: bool = False, has_database: bool = True) -> Standing:
    """Look at everything now; what cannot be looked at is a line that says so."""
    begun = time.monotonic()
    areas: dict[str, list[Line]] = {}
    for looks in (_looks, _asking) if thoroughly else (_looks,):
        for area, one in looks.items():
            if has_database or one in _without_database:
                areas.setdefault(area, []).extend(_guarded(area, one))
    return Standing(timezone.now(), areas, time.monotonic() - begun)


def look_and_remember() -> Standing:
    """Look, and keep it for pages."""
    standing = look()
    kept = {area: [asdict(line) for line in lines] for area, lines in standing.areas.items()}
    remembered = {"at": standing.at, "areas": kept, "seconds": standing.seconds}
    cache.set(_KEY, remembered, _KEPT_SECONDS)
    return standing


def remembered() -> Standing | None:
    """Return what the last look found; None if nobody has looked yet."""
    found: dict[str, Any] | None = cache.get(_KEY)
    if found is None:
        return None
    try:
        areas = {area: list(map(_line, lines)) for area, lines in found["areas"].items()}
    except (KeyError, TypeError, ValueError):
        return None  # another version of this program looked
    return Standing(found["at"], areas, found["seconds"])


def pending_migrations() -> list[Migration]:
    """Return what this version has in advance of its database, in order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _backwards in plan]


def _line(kept: dict[str, Any]) -> Line:
    return Line(**{**kept, "state": State(kept["state"])})


def _guarded(area: str, look_at: Look) -> Iterator[Line]:
    try:
        yield from look_at()
    except Exception as error:
        log.exception("could not look at %s", area)
        yield _not_looked_at(area, error)


def _not_looked_at(area: str, error: Exception) -> Line:
    if isinstance(error, DatabaseError) and _is_database_older():
        words = gettext_noop("It could not be checked: the database is older than this version.")
        return Line(area, State.UNKNOWN, words, MIGRATE)
    return Line(
        area,
        State.UNKNOWN,
        gettext_noop("It could not be checked: %(problem)s"),
        gettext_noop("The log of the worker has the details."),
        {"problem": f"{type(error).__name__}: {error}"[:200]},
    )


def _is_database_older() -> bool:
    try:
        return bool(pending_migrations())
    except DatabaseError:  # it does not answer at all
        return False
