"""How many things wait for administrators, for the numbers in their navigation: one query for all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value

from accounts.prepared import prepared

Rows = Callable[[], QuerySet[Any]]
_counted: dict[str, Rows] = {}


def waits(view: str, rows: Rows) -> None:
    """Count these rows beside the link to this view."""
    _counted[view] = rows


def waiting() -> dict[str, int]:
    """Return how many wait by view; views where nothing waits are left out."""
    if not _counted:
        return {}
    return {view: count for view, count in prepared(_numbers, *_counted.items()).rows() if count}


def _numbers(*counted: tuple[str, Rows]) -> QuerySet[Any, tuple[str, int]]:
    first, *others = (_part(view, rows()) for view, rows in counted)
    return first.union(*others, all=True)


def _part(view: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(counted_for=Value(view, output_field=CharField()))
    grouped: QuerySet[Any, Any] = named.values("counted_for").annotate(counted=Count("pk"))
    counted: QuerySet[Any, Any] = grouped.values_list("counted_for", "counted")
    return counted
