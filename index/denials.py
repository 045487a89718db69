"""Note who was denied what, aside from the request: the answer neither waits for it nor tells of it.

`note` puts a line into memory, the same for a name that is there and for one that is not, and does
nothing else. A thread of the process (`keep_writing`) takes the lines every few seconds, drops what is
about nothing, and writes each distinct denial at most once a minute.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Set
from datetime import datetime
from typing import NamedTuple

from django.utils import timezone

from index.models.denial import Door
from index.rules import Decision

_MOST_WAITING = 2_000  # of more in between two writings, the oldest are forgotten


class Who(NamedTuple):
    """Who asked."""

    subject: str  # the token's `sub`: `user:3`, `robot:4`, `workload:5`, "" for nobody
    credential: str  # its `via`
    address: str


class Line(NamedTuple):
    """One denial, as it was noted."""

    repository: int | None
    who: Who
    door: Door
    asked: Set[str]
    granted: Set[str]
    why: Decision | str
    at: datetime


_waiting: deque[Line] = deque(maxlen=_MOST_WAITING)


def note(
    repository: int | None,
    *,
    who: Who,
    door: Door,
    asked: Set[str],
    granted: Set[str],
    why: Decision | str,
) -> None:
    """Remember that less was granted than asked; never raises, and costs the same for every name.

    `repository` is the primary key, None where there is none of the name: call it then too, with "" as
    `why`. Else `why` is the policy's decision, from which the reason is worked out later, or the code
    of what else was in the way: see `REASONS`.
    """
    _waiting.append(Line(repository, who, door, asked, granted, why, timezone.now()))
