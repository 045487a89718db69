"""Statements that took long, in the log: as they are written, never with values, which may be private."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.metrics import SLOW_STATEMENTS

log = logging.getLogger(__name__)
_LONGEST = 1_000  # characters
_LIMIT = settings.SLOW_STATEMENT_MS / 1000 or float("inf")


def look_at(sql: str, began: float) -> None:
    """Note a statement that has ended now, if it took long."""
    seconds = time.perf_counter() - began
    if seconds >= _LIMIT:
        SLOW_STATEMENTS.add()
        log.warning(
            "a statement took %.0f ms: %s", seconds * 1000, " ".join(sql.split())[:_LONGEST]
        )


def watch_connection(connection: BaseDatabaseWrapper, **_kwargs: Any) -> None:
    """Look at whatever is executed on a connection that was just opened."""
    if settings.SLOW_STATEMENT_MS and _timed not in connection.execute_wrappers:
        connection.execute_wrappers.append(_timed)


def _timed(execute: Callable[..., Any], *statement: Any) -> Any:
    """Stand in the row of Django's wrappers; the statement comes first, then its values."""
    began = time.perf_counter()
    try:
        return execute(*statement)
    finally:
        look_at(str(statement[0]), began)
