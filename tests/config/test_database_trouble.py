"""What the database says while it takes no writes is no fault of ours (L3)."""

from __future__ import annotations

import pytest
from django.db import InternalError, OperationalError
from django.test import RequestFactory
from psycopg.errors import InvalidTransactionState, ReadOnlySqlTransaction

from config.views import server_error


@pytest.mark.parametrize(
    ("error", "cause", "status"),
    [
        (InternalError(), ReadOnlySqlTransaction(), 503),
        (InternalError(), InvalidTransactionState(), 500),
        (OperationalError(), None, 503),
    ],
)
def test_only_what_passes_is_told_to_come_again(
    rf: RequestFactory, error: Exception, cause: Exception | None, status: int
) -> None:
    try:
        raise error from cause
    except type(error):
        answer = server_error(rf.get("/"))
    assert answer.status_code == status
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
