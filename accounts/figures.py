"""Several numbers in one statement."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, Func, IntegerField, QuerySet


def counts(**found: QuerySet[Any, Any]) -> dict[str, int]:
    """Return how many rows each of these has: one query, however many there are."""
    parts: list[str] = []
    params: list[Any] = []
    for rows in found.values():
        counted = rows.order_by().values_list(
            Func(F("pk"), function="COUNT", output_field=IntegerField())
        )
        try:
            sql, values = counted.query.sql_with_params()
        except EmptyResultSet:
            sql, values = "SELECT 0", ()
        parts.append(f"({sql})")
        params += values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(parts)}", params)
        return dict(zip(found, cursor.fetchone(), strict=True))
