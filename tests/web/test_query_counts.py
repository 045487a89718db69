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
from tests.contents import make_config, make_image, make_index, point
from tests.factories import make_digest, make_grant, make_repository, make_tag, make_user

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
        ("/r/alice/pub", 12),
        ("/r/alice/pub/-/tags", 11),
        ("/r/alice/pub/-/settings", 13),
        ("/new", 7),
        ("/settings/namespace", 7),
    ],
)
def test_pages_need_few_queries(
    crowd: World, client: Client, django_assert_max_num_queries: AtMost, path: str, most: int
) -> None:
    client.force_login(crowd.alice)
    client.get("/docs/")  # the first request of five minutes notes the browser
    with django_assert_max_num_queries(most):
        assert client.get(path).status_code == 200


@pytest.fixture
def large(world: World) -> World:
    """Fill alice/pub: 60 tags of indexes for 30 platforms, an image of 100 layers."""
    images = [
        make_image(world.public, layers=(f"on{n}",), platform=f"linux/a{n}") for n in range(30)
    ]
    for number in range(60):
        index = make_index(world.public, images)
        index.digest = make_digest(str(number))
        index.save(update_fields=["digest"])
        point(world.public, f"v{number}", index, pushed_by=world.alice, pushed_with="machine:1")
    layers = tuple(f"layer {number}" for number in range(100))
    config = make_config(layers=100)
    point(world.public, "big", make_image(world.public, layers=layers, config=config))
    return world


# What a page asks beyond the session, the person, the repository and the head of its pages.
_HEAD = 10


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("tags", 4),
        ("tags?sort=version&after=,v30", 4),
        ("tags?sort=size&q=v", 5),
        ("tags/big/history", 3),
        ("manifests/big", 9),
        ("manifests/v7", 10),
        ("compare?from=big&to=v7", 6),
    ],
)
def test_pages_of_large_repositories_need_as_few_queries(
    large: World, client: Client, django_assert_max_num_queries: AtMost, path: str, most: int
) -> None:
    client.force_login(large.alice)
    client.get("/docs/")
    with django_assert_max_num_queries(_HEAD + most):
        assert client.get(f"/r/alice/pub/-/{path}").status_code == 200
