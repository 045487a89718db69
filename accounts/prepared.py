"""Statements that are built and compiled once and then only filled in.

What a queryset is made of takes Django longer to put together than the database takes to answer: on the
pages with the most lists half of all. A function that builds one the same way each time is called once.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any, NamedTuple, TypeGuard

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import get_language

Value = int | str | datetime
Query = Callable[..., QuerySet[Any, Any]]
_Kinds = tuple[tuple[str, type | int], ...]  # of values by name; of a list its length
# So many statements are kept for lists of ids; of those between, the last id is repeated.
_LENGTHS = (0, 1, 5, 25, 125)


@dataclass(frozen=True, slots=True)
class Statement:
    """A list that was compiled: what to ask, and what makes of the answer what Django would have made."""

    queryset: QuerySet[Any, Any]
    compiler: Any  # nobody else's
    sql: str  # "" where nothing can be found
    params: tuple[Any, ...]

    @classmethod
    def of(cls, queryset: QuerySet[Any, Any]) -> Statement:
        """Compile."""
        compiler = queryset.query.get_compiler(using=queryset.db)
        try:
            sql, params = compiler.as_sql()
        except EmptyResultSet:
            sql, params = "", ()
        return cls(queryset, compiler, sql, tuple(params))

    def rows(self) -> list[Any]:
        """Ask the database."""
        if not self.sql:
            return []
        self.compiler.as_sql = lambda *_args, **_kwargs: (self.sql, self.params)
        return self._made()

    def made_of(self, found: list[Any]) -> list[Any]:
        """Return what these rows are: columns as the driver of the database gives them."""
        self.compiler.execute_sql = lambda *_args, **_kwargs: [found]
        return self._made()

    def _made(self) -> list[Any]:
        queryset = self.queryset.all()
        query: Any = queryset.query
        query.get_compiler = lambda *_args, **_kwargs: self.compiler
        return list(queryset)


def prepared(query: Query, *shape: Hashable, **values: Value | Collection[int]) -> Statement:
    """Return `query(*shape, **values)`; the values change nothing in the statement but themselves.

    `query` is a function of a module, so that what was compiled is found again, and it looks at nothing
    that changes but its arguments and the language. Raises ValueError where it does.
    """
    every: dict[str, Any] = {
        name: _padded(one) if _is_list(one) else one for name, one in values.items()
    }
    if any(_is_list(one) and len(one) > _LENGTHS[-1] for one in every.values()):
        return Statement.of(query(*shape, **every))  # rare, and each of a length of its own
    kinds = tuple((name, len(one) if _is_list(one) else type(one)) for name, one in every.items())
    known = _compiled(query, shape, kinds, connection.vendor, get_language())
    stored = _stored(every)
    params = list(known.statement.params)
    for place, number in known.places:
        params[place] = stored[number]
    compiler = copy.copy(known.statement.compiler)
    compiler.connection = connection  # the one of this thread
    return Statement(known.statement.queryset, compiler, known.statement.sql, tuple(params))


class _Known(NamedTuple):
    """A statement, and which of its parameters is which of the values."""

    statement: Statement
    places: tuple[tuple[int, int], ...]
    params: tuple[Any, ...]  # with None where a value goes


# All pages are some 70 for one reader in one language, 25 kB each; administrators, lengths of lists, what
# a review is narrowed to, and each language have their own.
@lru_cache(maxsize=1_024)
def _compiled(
    query: Query, shape: tuple[Hashable, ...], kinds: _Kinds, _vendor: str, _language: str | None
) -> _Known:
    known, again = (_known(query, shape, _marks(kinds, first)) for first in (0, 1_000))
    if (known.statement.sql, known.places, known.params) != (
        again.statement.sql,
        again.places,
        again.params,
    ):
        message = f"{query.__name__} makes another statement each time"
        raise ValueError(message)
    return known


def _known(query: Query, shape: tuple[Hashable, ...], marks: dict[str, Any]) -> _Known:
    """Compile it with marks, and look where they have come to."""
    statement = Statement.of(query(*shape, **marks))
    numbers = {mark: number for number, mark in enumerate(_stored(marks))}
    found = [
        numbers.get(param) if isinstance(param, Hashable) else None for param in statement.params
    ]
    return _Known(
        statement,
        tuple((place, number) for place, number in enumerate(found) if number is not None),
        tuple(
            param if number is None else None
            for param, number in zip(statement.params, found, strict=True)
        ),
    )


def _marks(kinds: _Kinds, first: int) -> dict[str, Any]:
    """Return values that nothing stores, each another."""
    fresh = count(first)
    return {
        name: [_mark(int, next(fresh)) for _ in range(kind)]
        if isinstance(kind, int)
        else _mark(kind, next(fresh))
        for name, kind in kinds
    }


def _mark(kind: type, number: int) -> Value:
    if kind is int:
        return -(2_000_000_000 + number)
    if kind is datetime:
        return datetime(1, 1, 1, tzinfo=UTC) + timedelta(microseconds=number)
    return f"\x00{number}"


def _stored(values: Mapping[str, Any]) -> list[Any]:
    """Return all of them, those of lists too, as they are parameters."""
    flat = (one for value in values.values() for one in (value if _is_list(value) else (value,)))
    return [
        connection.ops.adapt_datetimefield_value(one) if isinstance(one, datetime) else one
        for one in flat
    ]


def _padded(ids: Collection[int]) -> list[int]:
    """Return the ids, the last one as often as it takes to have one of the lengths."""
    found = sorted(ids)
    length = next((one for one in _LENGTHS if one >= len(found)), len(found))
    return found + found[-1:] * (length - len(found))


def _is_list(value: object) -> TypeGuard[Collection[int]]:
    return isinstance(value, Collection) and not isinstance(value, str)
