"""Where a page of a list begins: behind a row, told by what the list is sorted by.

So the last page costs what the first one does, and what is added or goes meanwhile moves no row to
another page. Every order ends with what no two rows have alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import OrderBy

_NONE = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Term:
    """One column of an order; `empty_first` says where rows without a value stand, if there are any."""

    name: str
    falls: bool = False
    empty_first: bool | None = None

    def __str__(self) -> str:
        """Return it as Django writes it."""
        return f"-{self.name}" if self.falls else self.name

    def turned(self) -> Term:
        """Return what sorts the other way round."""
        empty_first = None if self.empty_first is None else not self.empty_first
        return replace(self, falls=not self.falls, empty_first=empty_first)

    def as_order(self) -> OrderBy | str:
        """Return what `order_by` takes."""
        if self.empty_first is None:
            return str(self)
        places = {"nulls_first": True} if self.empty_first else {"nulls_last": True}
        return OrderBy(F(self.name), descending=self.falls, **places)

    def same(self, value: Any) -> Q:
        """Return the rows that have this value."""
        return Q(**{f"{self.name}__isnull": True}) if value is None else Q(**{self.name: value})

    def behind(self, value: Any) -> Q:
        """Return the rows that stand behind those with this value."""
        if value is None:
            return Q(**{f"{self.name}__isnull": False}) if self.empty_first else _NONE
        further = Q(**{f"{self.name}__{'lt' if self.falls else 'gt'}": value})
        return (
            further | Q(**{f"{self.name}__isnull": True}) if self.empty_first is False else further
        )

    def from_there(self, value: Any) -> Q:
        """Return those and the ones with the value: where an index is walked from."""
        if value is None or self.empty_first is False:
            return Q()
        return Q(**{f"{self.name}__{'lte' if self.falls else 'gte'}": value})


def order_of(rows: QuerySet[Any]) -> tuple[Term, ...]:
    """Return what rows are sorted by, and behind it their key, unless they are made of several each."""
    query = rows.query
    terms = tuple(_term(one, rows) for one in query.order_by or query.get_meta().ordering or ())
    is_counted = query.combinator or isinstance(query.group_by, tuple)
    if is_counted or "pk" in {term.name for term in terms}:
        return terms
    return *terms, Term("pk", falls=bool(terms) and terms[-1].falls)


def key_of(row: Any, order: Sequence[Term]) -> list[Any]:
    """Return where a row stands."""
    return [_value(row, term.name) for term in order]


def behind(order: Sequence[Term], key: Sequence[Any]) -> Q:
    """Return the rows behind a place."""
    (term, *others), (value, *further) = order, key
    beyond = term.behind(value)
    if not others:
        return beyond
    return term.from_there(value) & (beyond | term.same(value) & behind(others, further))


def _term(given: Any, rows: QuerySet[Any]) -> Term:
    if isinstance(given, OrderBy):
        column: Any = given.expression
        return Term(column.name, bool(given.descending), bool(given.nulls_first))
    term = Term(str(given).removeprefix("-"), str(given).startswith("-"))
    if not rows.query.combinator and _is_unclear(term.name, rows):
        message = f"{rows.model.__name__} by {term.name}: name a column, and where empty ones stand"
        raise ImproperlyConfigured(message)
    return term


def _is_unclear(name: str, rows: QuerySet[Any]) -> bool:
    try:
        field = rows.model._meta.get_field(name)
    except FieldDoesNotExist:  # the key, something counted, or a column of what it belongs to
        return False
    return bool(field.is_relation or getattr(field, "null", False))


def _value(row: Any, name: str) -> Any:
    if isinstance(row, dict):
        return row[name]
    for part in name.split("__"):
        row = getattr(row, part)
    return row
