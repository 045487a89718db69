"""Statements that were compiled once answer as if they were built anew each time."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q, QuerySet, Value
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Membership, Organization, User
from accounts.prepared import prepared
from accounts.together import read_together
from tests.conftest import World


def _called(*, name: str) -> QuerySet[Any, Any]:
    return Membership.objects.filter(user__username=name).select_related("user", "organization")


def _among(*, people: Collection[int]) -> QuerySet[Any, Any]:
    return User.objects.filter(pk__in=people).order_by("username")


def _nobody(*, user: int) -> QuerySet[Any, Any]:
    return User.objects.filter(pk=user).none()


def _next(*, user: int) -> QuerySet[Any, Any]:
    return User.objects.filter(pk=user + 1)


def _first(*, many: int) -> QuerySet[Any, Any]:
    return User.objects.order_by("pk")[: abs(many)]


def _until_now(*, user: int) -> QuerySet[Any, Any]:
    return User.objects.filter(Q(pk=user) | Q(date_joined__lt=timezone.now()))


def _since(*, moment: datetime) -> QuerySet[Any, Any]:
    return Organization.objects.filter(created_at__gt=moment)


def _word() -> QuerySet[Any, Any]:
    return User.objects.values_list(Value(gettext("Members")), flat=True)


def test_objects_are_whole_with_what_belongs_to_them(world: World) -> None:
    for user in (world.olga, world.mia, world.olga):
        with CaptureQueriesContext(connection) as queries:
            [found] = prepared(_called, name=user.username).rows()
            assert (found.user, found.organization) == (user, world.acme)
        assert len(queries) == 1


@pytest.mark.parametrize("number", [0, 1, 2, 5, 6, 200])
def test_a_list_of_ids_has_any_length(world: World, number: int) -> None:
    people = list(User.objects.values_list("pk", flat=True))[:number]
    for _ in range(2):
        found = prepared(_among, people={*people, *range(10_000, 10_000 + number)}).rows()
        assert found == list(_among(people=people))


def test_it_is_read_together_with_others(world: World) -> None:
    for user in (world.olga, world.mia):
        asked = read_together(
            prepared(_called, name=user.username), User.objects.filter(pk=user.pk)
        )
        assert [[row.user for row in asked[0]], asked[1]] == [[user], [user]]


def test_what_finds_nothing_asks_nothing(world: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert prepared(_nobody, user=world.bob.pk).rows() == []
    assert not queries


def test_a_moment_is_a_value(world: World) -> None:
    assert prepared(_since, moment=datetime(2000, 1, 1, tzinfo=UTC)).rows() == [world.acme]
    assert prepared(_since, moment=datetime(2999, 1, 1, tzinfo=UTC)).rows() == []


@pytest.mark.usefixtures("world")
def test_words_are_in_the_language_of_the_reader() -> None:
    for language in ("en", "de", "fr"):
        with translation.override(language):
            assert set(prepared(_word).rows()) == {gettext("Members")}


@pytest.mark.parametrize(
    ("query", "values"),
    [(_next, {"user": 1}), (_first, {"many": 1}), (_until_now, {"user": 1})],
)
@pytest.mark.usefixtures("world")
def test_what_would_stay_as_it_was_the_first_time_is_a_fault(query: Any, values: Any) -> None:
    with pytest.raises(ValueError, match=query.__name__):
        prepared(query, **values)
