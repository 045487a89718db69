"""Scopes beyond repositories (case 7)."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.clients import get_token, granted
from tests.conftest import World


@pytest.mark.parametrize(
    ("who", "scope", "expected"),
    [
        ("alice", "registry:catalog:*", {}),
        ("alice", "registry:catalog:search", {"catalog": ["search"]}),
        ("anonymous", "registry:catalog:search", {"catalog": ["search"]}),
        ("root", "registry:catalog:*", {"catalog": ["*"]}),
        ("alice", "repository(plugin):alice/priv:pull", {}),
        ("alice", "namespace:acme:read", {}),
        ("alice", "repository:a:b:c:d:pull", {}),
        ("alice", "repository:library/base:pull", {}),
        ("alice", "repository:base:pull", {"base": ["pull"]}),
    ],
)
def test_what_is_granted_beside_repositories(
    world: World, client: Client, who: str, scope: str, expected: dict[str, list[str]]
) -> None:
    user = world.person(who)
    assert granted(get_token(client, scope, user=user)) == expected
