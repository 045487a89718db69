"""DELETE /v1/repositories/<name>/."""

from __future__ import annotations

from typing import Any

from django.test import Client

from index.models import Deletion, RepositoryState
from tests.conftest import World
from tests.v1.calls import call, put_repository, read_token, validate


def test_it_starts_the_deletion_of_the_page_and_says_so_twice(world: World, client: Client) -> None:
    first = call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    second = call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    assert (first.status_code, second.status_code) == (202, 200)
    world.private.refresh_from_db()
    assert world.private.state == RepositoryState.TRASHED
    assert Deletion.objects.get().requested_by == world.alice


def test_the_registry_accepts_the_token_for_deleting_what_cannot_be_had_back(
    world: World, client: Client, settings: Any
) -> None:
    held = call(client, "DELETE", "repositories/alice/pub/", user=world.alice)
    assert "X-Docker-Token" not in held
    settings.TRASH_DAYS = 0
    response = call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    token = response["X-Docker-Token"]
    assert token.endswith("access=delete")
    assert validate(client, "alice/priv", token).status_code == 200


def test_other_tokens_of_it_are_dead_at_once(world: World, client: Client) -> None:
    token = read_token(client, "alice/priv", user=world.alice)
    call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    assert validate(client, "alice/priv", token).status_code == 401
    assert read_path_status(client, world) == 404


def test_a_name_on_its_way_out_cannot_be_pushed_to(world: World, client: Client) -> None:
    call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    response = put_repository(client, "alice/priv", user=world.alice)
    assert response.status_code == 403
    assert "in the trash" in response.json()["error"]


def test_who_may_only_push_may_not_delete(world: World, client: Client) -> None:
    response = call(client, "DELETE", "repositories/acme/app/", user=world.mia)
    assert response.status_code == 403
    assert not Deletion.objects.exists()


def test_strangers_learn_nothing_of_a_deletion_under_way(world: World, client: Client) -> None:
    call(client, "DELETE", "repositories/alice/priv/", user=world.alice)
    response = call(client, "DELETE", "repositories/alice/priv/", user=world.bob)
    assert response.status_code == 404


def read_path_status(client: Client, world: World) -> int:
    """Try to pull."""
    response = call(client, "GET", "repositories/alice/priv/images", user=world.alice)
    return int(response.status_code)
