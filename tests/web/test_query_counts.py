"""The number of queries does not grow with what is listed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client

from accounts.models import Visibility
from index.models import Star
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_repository, make_tag, make_user

AtMost = Callable[..., AbstractContextManager[Any]]


@pytest.fixture
def crowd(world: World) -> World:
    """Fill the world."""
    for number in range(12):
        repository = make_repository(f"alice/app{number}", visibility=Visibility.PUBLIC)
        Star.objects.create(repository=repository, user=world.alice)
        make_tag(world.public, f"1.{number}", pushed_by=world.alice)
        make_grant(world.public, make_user(f"guest{number}"), Role.READER)
    return world


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/", 9),
        ("/explore", 7),
        ("/u/alice", 8),
        ("/r/alice/pub", 10),
        ("/r/alice/pub/-/tags", 10),
        ("/r/alice/pub/-/settings", 13),
        ("/new", 7),
        ("/settings/namespace", 7),
    ],
)
def test_pages_need_few_queries(
    crowd: World, client: Client, django_assert_max_num_queries: AtMost, path: str, most: int
) -> None:
    client.force_login(crowd.alice)
    client.get("/help")  # the first request of five minutes notes the browser
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200
