"""Which errors of the database say that it is away, and not that a question was wrong."""

from __future__ import annotations

from django.db import InterfaceError, InternalError, OperationalError
from psycopg.errors import ReadOnlySqlTransaction


def is_unavailable(error: BaseException | None) -> bool:
    """Whether the same may work in a moment: it is away, busy, full, or takes no writes just now.

    PostgreSQL counts what a standby refuses after a failover among its internal errors.
    """
    if isinstance(error, InternalError):
        return isinstance(error.__cause__, ReadOnlySqlTransaction)
    return isinstance(error, OperationalError | InterfaceError)
