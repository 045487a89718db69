"""Start a task for an intent that is already in the database."""

from __future__ import annotations

import logging
from typing import Any

from django.db import transaction
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

log = logging.getLogger(__name__)


def start_soon(task: Any, row_id: int) -> None:
    """Send the task after commit. Without a broker nothing is lost: beat sweeps the rows (L5)."""

    def send() -> None:
        try:
            task.apply_async((row_id,), retry=False)
        except (OperationalError, RedisError, OSError):
            log.warning("no broker: %s %s waits for the next sweep", task.name, row_id)

    transaction.on_commit(send)
