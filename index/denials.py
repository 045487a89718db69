"""Note who was denied what, aside from the request: the answer neither waits for it nor tells of it.

`note` puts a line into memory, the same for a name that is there and for one that is not, and does
nothing else. A thread of the process (`keep_writing`) takes the lines every few seconds, whatever came
in, drops those about nothing, and writes each distinct denial at most once a minute.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import Error, IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from accounts.background import keep_doing
from accounts.database_trouble import is_unavailable
from accounts.errors import LimitReached
from accounts.models import RobotAccount, User
from accounts.ratelimits import DENIALS_OF_NETWORK, DENIALS_OF_REPOSITORY, network_of, spend
from index.models import Denial, Door, WorkloadLogin
from index.reasons import obstacle
from index.roles import EVERY_ACTION, Action
from index.rules import Decision

log = logging.getLogger(__name__)

_MOST_WAITING = 2_000  # of more in between two writings, the oldest are forgotten
_MOST_DISTINCT = 1_000  # of more within a minute, the newest are not heeded
_PAUSE = 5.0  # seconds between two writings
_ONCE_IN = timedelta(minutes=1)  # how often one denial is written at most
_ANY_ACTION = "*"
_KNOWN = {*Action, _ANY_ACTION}


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


class Same(NamedTuple):
    """What is alike of denials that are counted together: columns of the table."""

    repository_id: int
    subject: str
    network: str
    credential: str
    door: Door
    asked: str
    granted: str
    reason: str


@dataclass(slots=True)
class Waiting:
    """Denials that are alike, since they were last written."""

    first_at: datetime
    last_at: datetime
    address: str
    count: int = 1


_lines: deque[Line] = deque(maxlen=_MOST_WAITING)
# Lines about nothing. Noted as long as the others, so that they cost as much; apart from them, so that
# asking for names that do not exist pushes no denial out.
_about_nothing: deque[Line] = deque(maxlen=_MOST_WAITING)
_waiting: dict[Same, Waiting] = {}
_written: dict[Same, datetime] = {}  # when


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
    of what else was in the way, like `quota` or `immutable-tag`.
    """
    lines = _about_nothing if repository is None else _lines
    lines.append(Line(repository, who, door, asked, granted, why, timezone.now()))


def keep_writing() -> None:
    """Start the thread that writes; once in each process that serves requests.

    What it has not written when the process ends is lost: seconds of a list that helps people.
    """
    keep_doing(write_now, every=_PAUSE, name="denials")


def write_now() -> None:
    """Write what waits, except what was written within a minute; it waits on where nothing is written."""
    _gather()
    now = timezone.now()
    for same in [same for same in _written if now - _written[same] >= _ONCE_IN]:
        del _written[same]
    for same in [same for same in _waiting if same not in _written]:
        try:
            _write(same, _waiting[same])
        except Error as error:
            if is_unavailable(error):
                raise
            log.warning("a denial could not be written", exc_info=True)
        del _waiting[same]
        _written[same] = now


def forget() -> None:
    """Forget what waits and what was written: a process of tests starts anew."""
    for memory in (_lines, _about_nothing, _waiting, _written):
        memory.clear()


def prune() -> None:
    """Delete what was last seen longer ago than it is kept."""
    old = timezone.now() - timedelta(days=settings.DENIALS_DAYS)
    Denial.objects.filter(last_at__lt=old).delete()


def _gather() -> None:
    """Move what was noted to what waits, each kind once."""
    _about_nothing.clear()
    while _lines:
        line = _lines.popleft()
        same = _sorted_in(line)
        if same is None:
            continue
        known = _waiting.get(same)
        if known:
            known.count += 1
            known.last_at = line.at
        elif len(_waiting) < _MOST_DISTINCT:
            _waiting[same] = Waiting(line.at, line.at, line.who.address)


def _sorted_in(line: Line) -> Same | None:
    """Return where the line belongs; None if it is about nothing, or nothing was denied.

    `*` asks for whatever there is: something is an answer to it.
    """
    asked = line.asked & _KNOWN
    if line.repository is None or not asked - line.granted:
        return None
    if _ANY_ACTION in asked and line.granted:
        return None
    return Same(
        line.repository,
        line.who.subject[:30],
        "" if line.who.subject else network_of(line.who.address)[:50],
        line.who.credential[:30],
        line.door,
        ",".join(sorted(asked)),
        ",".join(sorted(line.granted & _KNOWN)),
        _reason(line),
    )


def _reason(line: Line) -> str:
    if isinstance(line.why, str):
        return line.why[:20]
    missing = {action for action in Action if action in line.asked - line.granted}
    found = obstacle(line.why, missing or EVERY_ACTION)
    return found.code if found else ""


def _write(same: Same, waiting: Waiting) -> None:
    rows = Denial.objects.filter(**same._asdict())
    change = {"count": F("count") + waiting.count, "last_at": waiting.last_at}
    try:
        if rows.update(**change) or not _has_room(same, waiting.address):
            return
        with transaction.atomic():
            Denial.objects.create(
                **same._asdict(),
                name=_name_of(same.subject)[:255],
                first_at=waiting.first_at,
                last_at=waiting.last_at,
                count=waiting.count,
            )
    except IntegrityError:  # another process was first, or the repository is gone
        rows.update(**change)


def _has_room(same: Same, address: str) -> bool:
    """Count a denial that is new, of its network and of its repository (accounts.limits)."""
    try:
        spend(DENIALS_OF_NETWORK, network_of(address), what="denials")
        spend(DENIALS_OF_REPOSITORY, str(same.repository_id), what="denials")
    except LimitReached:
        return False
    return True


def _name_of(subject: str) -> str:
    kind, _, number = subject.partition(":")
    if not number.isdigit():
        return subject or "anonymous"
    if kind == "user":
        return User.objects.filter(pk=number).values_list("username", flat=True).first() or subject
    if kind == "robot":
        robot = RobotAccount.objects.select_related("namespace").filter(pk=number).first()
        return robot.full_name if robot else subject
    login = WorkloadLogin.objects.select_related("publisher").filter(pk=number).first()
    return str(login.publisher) if login and login.publisher else subject
