"""The v1 protocol follows what became of a repository: another name, another registry."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.principals import Principal
from index.flows.rename_repository import rename_repository
from index.flows.transfer_repository import take_transfer, transfer_repository
from index.models import Repository, Transfer
from index.names import parse_repository_name
from tests.clients import basic
from tests.conftest import World

ASKING = {"X-Docker-Token": "true"}


def images(client: Client, name: str, user: str = "olga") -> tuple[int, str]:
    """Ask for the images of a name; return the status and which registry is named."""
    headers = {"Authorization": basic(user), **ASKING}
    response = client.get(f"/v1/repositories/{name}/images", headers=headers)
    return response.status_code, response.headers.get("X-Docker-Endpoints", "")


def rename(world: World, to: str) -> None:
    rename_repository(world.app, to=parse_repository_name(to), by=Principal(world.olga))


@pytest.mark.parametrize("name", ["acme/app", "acme/web"])
def test_each_name_leads_to_the_registry_that_keeps_it(
    world: World, client: Client, name: str
) -> None:
    rename(world, "acme/web")
    assert images(client, name) == (200, "east.registry.test")


def test_after_a_move_the_other_registry_is_named(world: World, client: Client) -> None:
    rename(world, "acme/web")
    Repository.objects.filter(pk=world.app.pk).update(registry=world.west)
    for name in ("acme/app", "acme/web"):
        assert images(client, name) == (200, "west.registry.test")


def test_a_push_under_the_old_name_is_one_to_the_new(world: World, client: Client) -> None:
    rename(world, "acme/web")
    headers = {"Authorization": basic("olga"), **ASKING}
    pushed = client.put(
        "/v1/repositories/acme/app/", [], content_type="application/json", headers=headers
    )
    assert pushed.status_code == 200
    assert 'repository="acme/web"' in pushed["X-Docker-Token"]
    assert Repository.objects.filter(namespace__name="acme").count() == 1


@pytest.mark.parametrize("name", ["acme/app", "acme/web"])
def test_a_token_from_before_a_rename_goes_on_by_each_name(
    world: World, client: Client, name: str
) -> None:
    headers = {"Authorization": basic("olga"), **ASKING}
    token = client.get("/v1/repositories/acme/app/images", headers=headers)["X-Docker-Token"]
    rename(world, "acme/web")
    shown = {"Authorization": f"Token {token}"}
    answer = client.get(f"/v1/repositories/{name}/images", headers=shown)
    assert answer.status_code == 200


def test_a_token_from_before_a_transfer_ends(world: World, client: Client) -> None:
    headers = {"Authorization": basic("olga"), **ASKING}
    token = client.get("/v1/repositories/acme/app/images", headers=headers)["X-Docker-Token"]
    name = parse_repository_name("bobby/app")
    offer = transfer_repository(world.app, to=name, by=Principal(world.olga))
    assert isinstance(offer, Transfer)
    take_transfer(offer, by=Principal(world.bob))
    shown = {"Authorization": f"Token {token}"}
    for known in ("acme/app", "bobby/app"):
        answer = client.get(f"/v1/repositories/{known}/images", headers=shown)
        assert answer.status_code in {401, 403, 404}
    assert images(client, "acme/app") == images(client, "acme/nope")
    assert images(client, "acme/app", "bobby") == (200, "east.registry.test")
