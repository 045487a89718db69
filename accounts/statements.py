"""Statements written by hand, run on the driver's own connection, prepared; for the hottest paths.

Built from querysets the same questions take twenty times as long, most of it in building them
(performance.md B3). Parameters are `:name`, in SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.utils import timezone

Row = tuple[Any, ...]


def run(sql: str, params: Mapping[str, Any]) -> list[Row]:
    """Return the rows of a reading statement; raises Django's database errors."""
    connection.ensure_connection()
    native = connection.connection
    if connection.queries_logged:  # who counts queries is to count these too
        connection.queries_log.append({"sql": sql, "time": "0"})
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            rows: list[Row] = native.execute(sql, params).fetchall()
            return rows
        found: list[Row] = native.execute(for_postgresql(sql), params, prepare=True).fetchall()
        return found


def now() -> Any:
    """Return the present as the database compares it: SQLite keeps text."""
    present = timezone.now()
    return str(present.replace(tzinfo=None)) if connection.vendor == "sqlite" else present


def moment(value: Any) -> datetime:
    """Return a time as either database gives it."""
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def moment_or_none(value: Any) -> datetime | None:
    """Return a time that may be missing."""
    return None if value is None else moment(value)


@lru_cache(maxsize=256)
def for_postgresql(sql: str) -> str:
    """Return the statement with its parameters as psycopg writes them; casts `::` stay."""
    return re.sub(r"(?<![:\w]):([a-z]\w*)", r"%(\1)s", sql.replace("%", "%%"))
