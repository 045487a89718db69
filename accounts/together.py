"""Several lists in one statement: a page with many small ones waits for the database once, not for each.

Each queryset stays as it is, with `select_related` and annotations, and becomes a part that answers in
JSON; what Django makes of rows it makes of these. `prepared` saves building it each time.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import (
    BinaryField,
    DateField,
    DecimalField,
    DurationField,
    Field,
    JSONField,
    QuerySet,
    UUIDField,
)

from accounts.prepared import Statement

_MOST_COLUMNS = 100  # that a function takes, in either database
# Of these the driver of PostgreSQL makes objects; in JSON they are text.
_TEXT_IN_JSON = (DateField, UUIDField)
_NOT_IN_JSON = (BinaryField, DecimalField, DurationField)


@dataclass(frozen=True, slots=True)
class HowMany:
    """Asks for the number of rows in place of them."""

    rows: QuerySet[Any, Any]


def read_together(*wanted: QuerySet[Any, Any] | Statement | HowMany) -> list[list[Any]]:
    """Return the rows of each of these, of `HowMany` one number: one query, and those of `prefetch_related`.

    Raises TypeError for columns that JSON cannot hold, and for more of them than there may be.
    """
    parts: list[Any] = [
        _Number(one.rows) if isinstance(one, HowMany) else _Part(one) for one in wanted
    ]
    asked = [part for part in parts if part.sql]
    if asked:
        params = [one for part in asked for one in part.params]
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT {', '.join(part.sql for part in asked)}", params)
            for part, answer in zip(asked, cursor.fetchone(), strict=True):
                part.answer = answer
    return [part.rows() for part in parts]


class _Part:
    """One of the lists."""

    def __init__(self, wanted: QuerySet[Any, Any] | Statement) -> None:
        self._statement = wanted if isinstance(wanted, Statement) else Statement.of(wanted)
        self.sql, self.answer = "", "[]"
        self.params = self._statement.params
        if self._statement.sql:
            width = len(_fields(self._statement.compiler))
            self.sql = _as_json(self._statement.sql, width)

    def rows(self) -> list[Any]:
        """Return what Django makes of the rows."""
        found = json.loads(self.answer or "[]")
        if not found:
            return []
        for number, field in enumerate(_fields(self._statement.compiler)):
            if read := _reader(field):
                for row in found:
                    row[number] = read(row[number])
        return self._statement.made_of(found)


class _Number:
    """How many there are of one."""

    def __init__(self, wanted: QuerySet[Any, Any]) -> None:
        statement = Statement.of(wanted.order_by())
        self.answer, self.params = 0, statement.params
        self.sql = f"(SELECT COUNT(*) FROM ({statement.sql}) AS counted)" if statement.sql else ""  # noqa: S608 - Django's own

    def rows(self) -> list[Any]:
        """Return the number."""
        return [self.answer]


def _fields(compiler: Any) -> list[Field[Any, Any]]:
    fields = [column.output_field for column, *_ in compiler.select]
    if compiler.has_extra_select or len(fields) > _MOST_COLUMNS:
        message = f"these columns cannot be read together with others: {compiler.query.model}"
        raise TypeError(message)
    for field in fields:
        if isinstance(field, _NOT_IN_JSON):
            message = f"{field} cannot be read together with others"
            raise TypeError(message)
    return fields


def _as_json(sql: str, width: int) -> str:
    """Return a part of a statement whose value is all rows, an array of arrays."""
    columns = ", ".join(f"c{number}" for number in range(width))
    if connection.vendor == "postgresql":
        array = f"CAST(json_agg(json_build_array({columns})) AS text)"
    else:
        array = f"json_group_array(json_array({columns}))"
    return f"(WITH part({columns}) AS ({sql}) SELECT {array} FROM part)"  # noqa: S608 - Django's own


def _reader(field: Field[Any, Any]) -> Callable[[Any], Any] | None:
    """Return what makes of a value in JSON what the driver would have given; None where it is that."""
    if connection.vendor != "postgresql":
        return None  # SQLite has text and numbers either way, which Django converts
    if isinstance(field, _TEXT_IN_JSON):
        return field.to_python
    if isinstance(field, JSONField):
        return _as_text
    return None


def _as_text(value: Any) -> str | None:
    return None if value is None else json.dumps(value)
