"""Rows of one table saved in one statement, whose text is written once for each number of rows.

Half of what `bulk_create` takes goes into that text, and the cast of tests/conftest.py is saved thousands of times.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

M = TypeVar("M", bound=models.Model)
# Of more rows than these the text is nothing beside the rows, and might be too long.
FEW = 20


def insert(rows: Iterable[M]) -> list[M]:
    """Save them as `bulk_create` does; the database gives them their ids."""
    made, database = list(rows), connections[DEFAULT_DB_ALIAS]
    if len(made) > FEW:
        return type(made[0])._default_manager.bulk_create(made)
    text, fields = statement(type(made[0]), len(made))
    values = [
        field.get_db_prep_save(field.pre_save(row, add=True), database)
        for row in made
        for field in fields
    ]
    with database.cursor() as cursor:
        cursor.execute(text, values)
        ids = cursor.fetchall()
    for row, (key,) in zip(made, ids, strict=True):
        row.pk = key
        row._state.adding = False
        row._state.db = database.alias
    return made


@cache
def statement(model: type[models.Model], count: int) -> tuple[str, list[models.Field[Any, Any]]]:
    """Return what inserts so many, and the fields that it wants of each."""
    meta, quote = model._meta, connection.ops.quote_name
    fields = [field for field in meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    places = f"({', '.join(['%s'] * len(fields))})"
    values = ", ".join([places] * count)
    table, key = quote(meta.db_table), quote(str(meta.pk.column))
    return f"INSERT INTO {table} ({columns}) VALUES {values} RETURNING {key}", fields  # noqa: S608 - names
