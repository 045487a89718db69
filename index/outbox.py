"""Start a task for an intent that is already in the database."""

from __future__ import annotations

import logging
import time
from typing import Any

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

    def send() -> None:
        if time.monotonic() < _Broker.away_until:
            return
        try:
            task.apply_async((row_id,), retry=False)
        except (OperationalError, RedisError, OSError):
            _Broker.away_until = time.monotonic() + _LEAVE_ALONE
            log.warning("no broker: %s %s waits for the next sweep", task.name, row_id)

    transaction.on_commit(send)
