"""Queries inside of others, that are compiled once and then only filled in.

What somebody holds and was given is part of nearly every statement of a page. Building and compiling
these queries anew took three of the six milliseconds that such a statement took before it was sent.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django.db.models import BigIntegerField, Expression

from accounts.prepared import Query, Value, prepared


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
    """Return `query(*shape, **values)`, with what `prepared` asks of it."""
    statement = prepared(query, *shape, **values)
    return Subselect(statement.sql, statement.params)
