"""Repositories, grants and reviews over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.models import Visibility
from index.models import AccessGrant
from tests.conftest import World
from tests.factories import make_repository

GRANTS = "/api/v1/repositories/acme/app/-/grants"


def names(client: Client, query: str = "") -> set[str]:
    return {row["name"] for row in client.get(f"/api/v1/repositories{query}").json()["results"]}


def put(client: Client, path: str, **body: Any) -> Any:
    return client.put(path, body, content_type="application/json")


def test_everybody_lists_what_they_may_see(world: World, client: Client) -> None:
    make_repository("alice/empty", visibility=Visibility.PUBLIC, pushed=False)
    assert names(client) == {"alice/pub", "base"}
    client.force_login(world.alice)
    assert names(client) == {"alice/pub", "alice/priv", "alice/empty", "base"}
    assert names(client, "?namespace=alice&visibility=private") == {"alice/priv"}


def test_unknown_and_forbidden_answer_alike(world: World, client: Client) -> None:
    client.force_login(world.bob)
    answers = []
    for name in ("alice/priv", "alice/nope"):
        for rest in ("", "/-/grants", "/-/access", "/-/access/why?name=bobby"):
            response = client.get(f"/api/v1/repositories/{name}{rest}")
            answers.append((response.status_code, response.content))
    assert len(set(answers)) == 1
    assert answers[0][0] == 404


def test_a_repository_says_what_one_may_do(world: World, client: Client) -> None:
    client.force_login(world.mia)
    body = client.get("/api/v1/repositories/acme/app").json()
    assert body["actions"] == ["pull", "push"]
    assert not {"id", "pk", "created_by", "stored_name"} & set(body)


def test_a_grant_is_put_listed_and_deleted(world: World, client: Client) -> None:
    client.force_login(world.olga)
    response = put(client, f"{GRANTS}/users/bobby", role="writer", until="2100-01-01T00:00:00Z")
    assert response.json()["role"] == "writer"
    listed = client.get(GRANTS).json()["results"]
    assert [row["grantee"] for row in listed] == ["acme/devs", "acme/readers", "bobby"]
    assert client.delete(f"{GRANTS}/users/bobby").status_code == 204
    assert client.delete(f"{GRANTS}/users/bobby").status_code == 404


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("users/nobody", {"role": "reader"}, 400),
        ("users/dave", {"role": "reader"}, 400),
        ("users/bobby", {"role": "owner"}, 400),
        ("users/bobby", {}, 400),
        ("users/bobby", {"role": "reader", "until": "2001-01-01T00:00:00Z"}, 400),
        ("teams/nothing", {"role": "reader"}, 400),
        ("groups/devs", {"role": "reader"}, 404),
    ],
)
def test_what_cannot_be_given_is_refused(
    world: World, client: Client, path: str, body: dict[str, Any], status: int
) -> None:
    client.force_login(world.olga)
    assert put(client, f"{GRANTS}/{path}", **body).status_code == status
    assert AccessGrant.objects.count() == 2


@pytest.mark.parametrize("who", ["mia", "rita"])
def test_only_admins_give(world: World, client: Client, who: str) -> None:
    client.force_login(getattr(world, who))
    assert put(client, f"{GRANTS}/users/bobby", role="reader").status_code == 403
    assert client.get(GRANTS).status_code == 403
    assert client.delete(f"{GRANTS}/teams/devs").status_code == 403
    assert AccessGrant.objects.count() == 2


def test_why_says_why(world: World, client: Client) -> None:
    client.force_login(world.olga)
    body = client.get("/api/v1/repositories/acme/app/-/access/why?name=rita").json()
    assert (body["role"], body["actions"]) == ("reader", ["pull"])
    assert body["ways"] == ["reader: team readers"]


def test_defaults_are_put_and_deleted(world: World, client: Client) -> None:
    path = "/api/v1/organizations/acme/default-grants"
    client.force_login(world.olga)
    assert put(client, f"{path}/teams/devs", role="reader").status_code == 200
    assert put(client, f"{path}/users/bobby", role="reader").status_code == 400
    assert [row["grantee"] for row in client.get(path).json()["results"]] == ["acme/devs"]
    assert client.delete(f"{path}/teams/devs").status_code == 204
    client.force_login(world.mia)
    assert client.get(path).status_code == 403
    client.force_login(world.bob)
    assert client.get(path).status_code == 404
