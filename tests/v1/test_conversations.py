"""Whole v1 conversations: client, index and registry."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Visibility
from index.models import Repository, V1Token
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_rule
from tests.v1.calls import IMAGE, OTHER_IMAGE, call, put_repository, read_token, validate


def test_a_push_creates_the_repository_and_names_its_registry(world: World, client: Client) -> None:
    response = put_repository(client, "alice/new", user=world.alice, images=[{"id": IMAGE}])
    assert (response.status_code, response.json()) == (200, "")
    assert response["X-Docker-Endpoints"] == "east.registry.test"
    assert response["WWW-Authenticate"] == f"Token {response['X-Docker-Token']}"
    assert 'repository="alice/new",access=write' in response["X-Docker-Token"]
    assert Repository.objects.get(name="alice/new").visibility == Visibility.PRIVATE


def test_placement_rules_decide_the_endpoint(world: World, client: Client) -> None:
    make_rule("alice/*", world.west)
    response = put_repository(client, "alice/new", user=world.alice, images=[])
    assert response["X-Docker-Endpoints"] == "west.registry.test"
    assert Repository.objects.get(name="alice/new").registry == world.west


def test_a_rule_made_later_moves_no_repository(world: World, client: Client) -> None:
    make_rule("alice/*", world.west)
    response = put_repository(client, "alice/priv", user=world.alice, images=[])
    assert response["X-Docker-Endpoints"] == "east.registry.test"


def test_a_registry_validates_a_token_once(world: World, client: Client) -> None:
    token = put_repository(client, "alice/new", user=world.alice)["X-Docker-Token"]
    assert validate(client, "alice/new", token).status_code == 200
    second = validate(client, "alice/new", token)
    assert (second.status_code, second["WWW-Authenticate"]) == (401, "Token")


def test_the_word_token_may_be_doubled(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub")
    assert validate(client, "alice/pub", f"Token {token}").status_code == 200


def test_validation_hands_out_no_further_token(world: World, client: Client) -> None:
    response = validate(client, "alice/pub", read_token(client, "alice/pub"))
    assert "X-Docker-Token" not in response
    assert response["X-Docker-Endpoints"] == "east.registry.test"


def test_only_a_digest_of_the_token_is_kept(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub")
    secret = token.partition("signature=")[2].partition(",")[0]
    assert secret.startswith("wbx_")
    assert secret not in str(V1Token.objects.values())


def test_a_token_expires(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub")
    with time_machine.travel(timezone.now() + timedelta(seconds=301), tick=False):
        assert validate(client, "alice/pub", token).status_code == 401


def test_a_token_is_for_one_repository(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub")
    assert validate(client, "base", token).status_code == 401
    assert validate(client, "alice/priv", token).status_code == 401
    changed = token.replace("alice/pub", "alice/priv")
    assert validate(client, "alice/priv", changed).status_code == 401
    assert validate(client, "alice/pub", token).status_code == 200


def test_a_read_token_does_not_become_a_write_token(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub").replace("access=read", "access=write")
    assert validate(client, "alice/pub", token).status_code == 401


def test_a_token_ends_with_the_right_it_came_from(world: World, client: Client) -> None:
    grant = make_grant(world.private, world.bob, Role.READER)
    token = read_token(client, "alice/priv", user=world.bob)
    grant.delete()
    assert validate(client, "alice/priv", token).status_code == 401


def test_a_token_ends_with_the_account(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub", user=world.bob)
    type(world.bob).objects.filter(pk=world.bob.pk).update(is_active=False)
    assert validate(client, "alice/pub", token).status_code == 401


def test_without_being_asked_no_token_is_made(world: World, client: Client) -> None:
    response = client.get("/v1/repositories/alice/pub/images")
    assert response.status_code == 200
    assert "X-Docker-Token" not in response
    assert not V1Token.objects.exists()


def test_checksums_of_a_push_come_back_in_a_pull(world: World, client: Client) -> None:
    images = [{"id": IMAGE, "Tag": "latest"}, {"id": OTHER_IMAGE}]
    put_repository(client, "alice/new", user=world.alice, images=images)
    sums = [{"id": IMAGE, "checksum": "tarsum+sha256:1"}, {"id": IMAGE}, {"id": OTHER_IMAGE}]
    end = call(client, "PUT", "repositories/alice/new/images", user=world.alice, body=sums)
    assert (end.status_code, end.content) == (204, b"")
    response = call(client, "GET", "repositories/alice/new/images", user=world.alice)
    assert response.json() == [
        {"id": IMAGE, "checksum": "tarsum+sha256:1"},
        {"id": OTHER_IMAGE, "checksum": ""},
    ]


def test_a_second_push_forgets_no_checksum(world: World, client: Client) -> None:
    path = "repositories/alice/priv/images"
    sums = [{"id": IMAGE, "checksum": "sha256:1"}]
    call(client, "PUT", path, user=world.alice, body=sums)
    put_repository(client, "alice/priv", user=world.alice, images=[{"id": IMAGE}])
    assert call(client, "GET", path, user=world.alice).json() == sums


def test_images_can_be_forgotten_by_who_may_delete(world: World, client: Client) -> None:
    put_repository(client, "acme/app", user=world.olga, images=[{"id": IMAGE}])
    path = "repositories/acme/app/images"
    assert call(client, "DELETE", path, user=world.mia).status_code == 403
    assert world.app.v1_images.count() == 1
    assert call(client, "DELETE", path, user=world.olga).status_code == 204
    assert not world.app.v1_images.exists()


def test_a_registry_may_ask_by_auth_instead(world: World, client: Client) -> None:
    token = read_token(client, "alice/pub")
    first = call(client, "PUT", "repositories/alice/pub/auth", token=token)
    assert (first.status_code, first.json()) == (200, "OK")
    assert call(client, "PUT", "repositories/alice/pub/auth", token=token).status_code == 403


def test_layer_access_uses_no_token_up_and_knows_only_listed_images(
    world: World, client: Client
) -> None:
    put_repository(client, "alice/pub", user=world.alice, images=[{"id": IMAGE}])
    token = read_token(client, "alice/pub")
    path = "repositories/alice/pub/layer"
    for _ in range(2):
        response = call(client, "GET", f"{path}/{IMAGE}/access", token=token)
        assert (response.status_code, response.json()) == (200, {"access": True})
    for image_id in (OTHER_IMAGE, "latest"):
        answer = call(client, "GET", f"{path}/{image_id}/access", token=token)
        assert answer.status_code == 404
    assert call(client, "GET", f"{path}/{IMAGE}/access").status_code == 401


@pytest.mark.parametrize("name", ["base", "library/base"])
def test_official_images_are_known_with_and_without_library(
    world: World, client: Client, name: str
) -> None:
    response = call(client, "GET", f"repositories/{name}/images")
    assert response["X-Docker-Endpoints"] == "west.registry.test"
    assert 'repository="library/base",access=read' in response["X-Docker-Token"]
    assert validate(client, name, response["X-Docker-Token"]).status_code == 200


@pytest.mark.parametrize("name", ["debian", "library/debian"])
def test_only_administrators_create_official_images(
    world: World, client: Client, name: str
) -> None:
    assert put_repository(client, name, user=world.alice).status_code == 403
    assert put_repository(client, name, user=world.root).status_code == 200
    assert Repository.objects.get(name="debian").namespace.is_root
