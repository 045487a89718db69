"""What a namespace has, counted for administrators: each app says what it keeps of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import CharField, Count, QuerySet, Value
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import Namespace, PersonalAccessToken, RobotAccount

Rows = Callable[[Namespace], QuerySet[Any]]
_counted: dict[str, Rows] = {}


def owned(label: str) -> Callable[[Rows], Rows]:
    """Count the rows that a function returns, under this label."""

    def register(rows: Rows) -> Rows:
        _counted[label] = rows
        return rows

    return register


def owned_by(namespace: Namespace) -> list[tuple[str, int]]:
    """Return label and number of each kind; one query."""
    parts = [_part(label, rows(namespace)) for label, rows in _counted.items()]
    found = dict(parts[0].union(*parts[1:], all=True))
    return [(_(label), found.get(label, 0)) for label in _counted]


def _part(label: str, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    named = rows.order_by().annotate(counted_as=Value(label, output_field=CharField()))
    grouped: QuerySet[Any, Any] = named.values("counted_as").annotate(counted=Count("pk"))
    counted: QuerySet[Any, Any] = grouped.values_list("counted_as", "counted")
    return counted


@owned(gettext_noop("Access tokens"))
def _tokens(namespace: Namespace) -> QuerySet[PersonalAccessToken]:
    return PersonalAccessToken.objects.filter(user=namespace.user_id, revoked_at=None)


@owned(gettext_noop("Robot accounts"))
def _robots(namespace: Namespace) -> QuerySet[RobotAccount]:
    return RobotAccount.objects.filter(namespace=namespace)
