"""Queries inside of others, that are compiled once and then only filled in.

What somebody holds and was given is part of nearly every statement of a page. Building and compiling
these queries anew took three of the six milliseconds that such a statement took before it was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Expression, QuerySet

Value = int | datetime
Query = Callable[..., QuerySet[Any, Any]]


class Subselect(Expression):
    """A query of ids that refers to nothing of the statement around it."""

    def __init__(self, sql: str, params: tuple[Any, ...]) -> None:
        super().__init__(output_field=BigIntegerField())
        self.sql = sql
        self.params = params

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Return it in brackets, as every lookup that takes a list can use it."""
        return f"({self.sql})", self.params


def subselect(query: Query, *shape: Hashable, **values: Value) -> Subselect:
    """Return `query(*shape, **values)`; the values change nothing in the statement but themselves.

    `query` is a function of a module, so that what was compiled is found again. Raises ValueError
    where a value is not in the statement.
    """
    kinds = tuple((name, type(value)) for name, value in values.items())
    sql, params, places = _compiled(query, shape, kinds, connection.vendor)
    filled = list(params)
    for place, name in places:
        filled[place] = _as_stored(values[name])
    return Subselect(sql, tuple(filled))


@lru_cache(maxsize=64)
def _compiled(
    query: Query, shape: tuple[Hashable, ...], kinds: tuple[tuple[str, type], ...], _vendor: str
) -> tuple[str, tuple[Any, ...], tuple[tuple[int, str], ...]]:
    """Return the statement, its parameters, and which of them stand for what; the marks are never stored."""
    marks: dict[str, Value] = {
        name: -(2_000_000_000 + number)
        if kind is int
        else datetime(1, 1, 1, 0, 0, number, tzinfo=UTC)
        for number, (name, kind) in enumerate(kinds)
    }
    sql, params = query(*shape, **marks).query.sql_with_params()
    stored = {_as_stored(mark): name for name, mark in marks.items()}
    places = tuple((place, stored[param]) for place, param in enumerate(params) if param in stored)
    if {name for _, name in places} != set(marks):
        message = f"not all of {sorted(marks)} are in the statement"
        raise ValueError(message)
    return sql, params, places


def _as_stored(value: Value) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    return value
