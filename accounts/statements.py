"""Statements written by hand, run on the driver's own connection, prepared; for the hottest paths.

Built from querysets the same questions take twenty times as long, most of it in building them
(performance.md B3). Parameters are `:name`, in SQLite and PostgreSQL alike.
"""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Model
from django.db.models.base import ModelState
from django.db.transaction import TransactionManagementError
from psycopg import Cursor

from accounts.slow_statements import look_at

Row = tuple[Any, ...]
M = TypeVar("M", bound=Model)

# Whom `run` asks: another than the primary inside of accounts.replicas.read alone.
asked: ContextVar[str] = ContextVar("asked", default=DEFAULT_DB_ALIAS)


def run(sql: str, params: Mapping[str, Any], *, binary: bool = False) -> list[Row]:
    """Return the rows of a statement, none of one that has none; raises Django's database errors.

    It is not watched (accounts.changes): what it writes must matter to no decision. `binary` is for
    bytes: PostgreSQL writes them as text of twice the length otherwise.
    """
    database = connections[asked.get()]  # looked up once: `connection` does at each attribute
    database.ensure_connection()
    native = database.connection
    if database.queries_logged:  # who counts queries is to count these too
        database.queries_log.append({"sql": sql, "time": "0"})
    began = time.perf_counter()
    try:
        with database.wrap_database_errors:
            if database.vendor == "sqlite":
                rows: list[Row] = native.execute(sql, params).fetchall()
                return rows
            cursor = Cursor(native)  # the connection's own makes Django's, which never prepare
            cursor.execute(for_postgresql(sql), params, prepare=True, binary=binary)
            return [] if cursor.rownumber is None else cursor.fetchall()
    finally:
        look_at(sql, began)


def held(select: str, *, of: str = "") -> str:
    """Return the statement so that it holds rows until the commit, without those that others hold.

    `of` is the table whose rows are held where it reads several. SQLite has one writer anyway.
    """
    database = connections[DEFAULT_DB_ALIAS]
    if not database.in_atomic_block:
        message = "held for no longer than the statement"
        raise TransactionManagementError(message)
    if database.vendor == "sqlite":
        return select
    return f"{select} FOR NO KEY UPDATE{f' OF {of}' if of else ''} SKIP LOCKED"


def now() -> Any:
    """Return the present as the database compares it: SQLite keeps text."""
    present = datetime.now(UTC)
    is_text = connections[DEFAULT_DB_ALIAS].vendor == "sqlite"
    return str(present.replace(tzinfo=None)) if is_text else present


def moment(value: Any) -> datetime:
    """Return a time as either database gives it."""
    found: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found


def moment_or_none(value: Any) -> datetime | None:
    """Return a time that may be missing."""
    return None if value is None else moment(value)


def loaded(model: type[M], **columns: Any) -> M:
    """Return an object of columns that a statement read; of others Django asks when they are used.

    What `Model.from_db` does, in a fifth of the time.
    """
    found = model.__new__(model)
    found._state = ModelState()
    found._state.db, found._state.adding = DEFAULT_DB_ALIAS, False
    found.__dict__.update(columns)
    return found


@lru_cache(maxsize=256)
def for_postgresql(sql: str) -> str:
    """Return the statement with its parameters as psycopg writes them; casts `::` stay."""
    return re.sub(r"(?<![:\w]):([a-z]\w*)", r"%(\1)s", sql.replace("%", "%%"))
