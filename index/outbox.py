"""Start a task for an intent that is already in the database."""

from __future__ import annotations

import logging
import time
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)
_LEAVE_ALONE = 10.0  # seconds, so that a broker that hangs does not hold every web thread


class _Broker:
    """Whether the broker was away a moment ago, as this process saw it."""

    away_until = 0.0


def start_soon(task: Any, row_id: int) -> None:
    """Send the task after commit. Without a broker nothing is lost: beat sweeps the rows (L5)."""
    transaction.on_commit(lambda: _send(task, row_id))


def start_by_name_soon(name: str, row_id: int) -> None:
    """Do the same for a task whose module imports whoever starts it."""
    transaction.on_commit(lambda: _send(current_app.signature(name), row_id))


def start_now(task: Any) -> None:
    """Send a task that finds its rows itself, whether or not a transaction is open."""
    _send(task)


def _send(task: Any, *arguments: int) -> None:
    if time.monotonic() < _Broker.away_until:
        return
    try:
        task.apply_async(arguments, retry=False)
    except (OperationalError, RedisError, OSError):
        _Broker.away_until = time.monotonic() + _LEAVE_ALONE
        log.warning("no broker: %s %s waits for the next sweep", task.name, arguments)
