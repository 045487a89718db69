"""Queries inside of others are compiled once, and then filled in with what is asked for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.test.utils import CaptureQueriesContext

from accounts.models import Namespace, User
from accounts.subselects import subselect
from tests.conftest import World


def _since(user: int, moment: datetime) -> QuerySet[Any, Any]:
    return User.objects.filter(Q(pk=user) | Q(date_joined__gt=moment)).values("pk")


def test_each_has_the_values_that_it_was_asked_with(world: World) -> None:
    late, early = datetime(2999, 1, 1, tzinfo=UTC), datetime(2000, 1, 1, tzinfo=UTC)
    for user in (world.alice, world.bob):
        found = User.objects.filter(pk__in=subselect(_since, user=user.pk, moment=late))
        assert list(found) == [user]
    found = User.objects.filter(pk__in=subselect(_since, user=world.bob.pk, moment=early))
    assert set(found) == set(User.objects.all())


def test_in_a_query_inside_of_another_it_stays_the_same(world: World) -> None:
    held = Namespace.objects.filter(pk__in=Namespace.objects.ids_held_by(world.alice))
    users = User.objects.filter(namespace__in=held)
    assert list(users) == [world.alice]


def test_what_is_asked_for_is_a_parameter(world: World) -> None:
    with CaptureQueriesContext(connection) as asked:
        sql, params = User.objects.filter(
            pk__in=subselect(_since, user=4711, moment=datetime(2999, 1, 1, tzinfo=UTC))
        ).query.sql_with_params()
    assert "4711" not in sql
    assert 4711 in params
    assert not asked.captured_queries
