"""Lists that one statement reads are what each would be by itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.db.models import Count, F, Prefetch, QuerySet, Value
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership, Team, User
from accounts.together import HowMany, read_together
from index.models import Activity, Repository, Tag, WebhookDelivery
from tests.architecture.furniture import THINGS
from tests.conftest import World


def test_rows_are_those_of_each_list(world: World) -> None:
    for make in THINGS.values():
        make(world)
    members = world.acme.memberships.select_related("user", "organization").order_by("-pk")
    repositories = Repository.objects.annotate(many=Count("tags")).order_by("name")
    names = Team.objects.order_by("name").values_list("name", flat=True)
    both = User.objects.values_list(Value("a"), "username").union(
        Team.objects.values_list(Value("b"), "name"), all=True
    )
    deliveries = WebhookDelivery.objects.order_by("pk")[:3]
    lists: list[QuerySet[Any, Any]] = [members, repositories, names, both, deliveries]
    assert all(map(len, lists))
    with CaptureQueriesContext(connection) as queries:
        found = read_together(*lists)
    assert len(queries) == 1
    for rows, wanted in zip(found, lists, strict=True):
        assert _plain(rows) == _plain(list(wanted.all()))
    with CaptureQueriesContext(connection) as queries:
        assert {one.user.username for one in found[0]} == {"olga", "mila", "rita"}
    assert not queries


@pytest.mark.usefixtures("world")
def test_how_many_there_are_is_asked_as_well() -> None:
    people = User.objects.order_by("username")
    both = User.objects.values_list("username").union(Team.objects.values_list("name"), all=True)
    asked = read_together(HowMany(both), people[:1], HowMany(User.objects.none()))
    assert asked == [[both.count()], [people[0]], [0]]


@pytest.mark.usefixtures("world")
def test_a_list_without_rows_is_empty() -> None:
    nobody = User.objects.filter(username="nobody")
    none = User.objects.none()
    assert read_together(nobody, none) == [[], []]
    with CaptureQueriesContext(connection) as queries:
        assert read_together(none) == [[]]
    assert not queries


def test_what_is_prefetched_is_fetched(world: World) -> None:
    teams = Prefetch("memberships", Membership.objects.order_by("pk"), to_attr="everybody")
    [found] = read_together(type(world.acme).objects.prefetch_related(teams))
    assert len(found[0].everybody) == world.acme.memberships.count()


@pytest.mark.usefixtures("world")
def test_bytes_are_refused() -> None:
    with pytest.raises(TypeError, match="version_key"):
        read_together(Tag.objects.all())


@pytest.mark.usefixtures("world")
def test_what_is_ordered_by_what_is_not_shown_is_refused() -> None:
    odd = Activity.objects.order_by(F("at")).values_list("kind").distinct()
    with pytest.raises(TypeError, match="Activity"):
        read_together(odd)


def _plain(rows: list[Any]) -> list[Any]:
    """Return rows as they compare: of an object all columns."""
    return [
        {k: v for k, v in vars(row).items() if k != "_state"} if hasattr(row, "_state") else row
        for row in rows
    ]
