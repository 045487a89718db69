"""Replicas of the database: for what may be some seconds old, and never for what decides.

Whoever has a question of that kind hands it to `read`; all others ask the primary. A replica is asked only
while it has all that the primary had `settings.REPLICA_SECONDS` ago. Each process compares once a second where
in the log they are: no clock and no word of the replica about itself counts, and one that hears nothing more
of its primary is behind like any other.
"""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connections

from accounts.statements import asked

log = logging.getLogger(__name__)
T = TypeVar("T")

# Who has just written finds what they wrote: for this visitor the primary is asked.
has_written: ContextVar[bool] = ContextVar("has_written", default=False)

_LOOK_EVERY = 1.0  # seconds
_LEAVE_ALONE = 5.0  # seconds, so that not every request waits for a replica that is away
_HERE = "SELECT CAST(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0') AS bigint)"
# Nothing of one that has become a primary: it goes its own ways.
_THERE = """
SELECT CAST(pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0') AS bigint) WHERE pg_is_in_recovery()
"""
_SECONDS = (
    "SELECT COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0)"
)


# What this process has seen: when, and how far the primary was, the oldest first; of each replica whether it
# keeps up, and until when that holds.
_primary: deque[tuple[float, int]] = deque()
_replicas: dict[str, tuple[float, bool]] = {}


def read(question: Callable[[str], T]) -> T:
    """Return what a replica says that keeps up, else what the primary does.

    The question is told the alias for `using`, and must have asked when it returns: querysets are lazy.
    Statements of `accounts.statements.run` go there by themselves. It may be asked twice.
    """
    alias = _chosen()
    if alias != DEFAULT_DB_ALIAS:
        token = asked.set(alias)
        try:
            return question(alias)
        except (OperationalError, InterfaceError) as error:
            _leave_alone(alias, error)
        finally:
            asked.reset(token)
    return question(DEFAULT_DB_ALIAS)


def behind(alias: str) -> float:
    """Return by how many seconds a replica is behind, by its own word; raises Django's database errors."""
    if _position(DEFAULT_DB_ALIAS, _HERE) <= (there := _position(alias, _THERE)):
        return 0.0
    if there < 0:
        message = "it is no replica"
        raise OperationalError(message)
    with connections[alias].cursor() as cursor:
        cursor.execute(_SECONDS)
        return float(cursor.fetchone()[0])


def forget() -> None:
    """Look anew."""
    _primary.clear()
    _replicas.clear()


def _chosen() -> str:
    if has_written.get() or not settings.REPLICAS or connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return DEFAULT_DB_ALIAS
    some = random.sample(settings.REPLICAS, k=len(settings.REPLICAS))
    return next((alias for alias in some if _keeps_up(alias)), DEFAULT_DB_ALIAS)


def _keeps_up(alias: str) -> bool:
    until, keeps_up = _replicas.get(alias, (0.0, False))
    if time.monotonic() < until:
        return keeps_up
    enough = _enough()
    try:
        keeps_up = _position(alias, _THERE) >= enough
    except (OperationalError, InterfaceError) as error:
        _leave_alone(alias, error)
        return False
    _replicas[alias] = (time.monotonic() + _LOOK_EVERY, keeps_up)
    return keeps_up


def _enough() -> int:
    """Return how far the primary was when it was last looked at long enough ago, or now."""
    present = time.monotonic()
    while _primary and _primary[0][0] < present - settings.REPLICA_SECONDS:
        _primary.popleft()
    if not _primary or _primary[-1][0] <= present - _LOOK_EVERY:
        _primary.append((present, _position(DEFAULT_DB_ALIAS, _HERE)))
    return _primary[0][1]


def _position(alias: str, statement: str) -> int:
    with connections[alias].cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    return int(row[0]) if row else -1


def _leave_alone(alias: str, error: Exception) -> None:
    log.warning("%s is away, the primary is asked: %s", alias, str(error).strip())
    connections[alias].close()
    _replicas[alias] = (time.monotonic() + _LEAVE_ALONE, False)
