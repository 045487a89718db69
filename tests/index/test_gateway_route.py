"""The sub-request of nginx: where does it go, is it still allowed, and what is said if not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Visibility
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.models import AccessGrant, Repository, RepositoryState
from tests.clients import ask_route, token_for
from tests.conftest import World

MANIFEST = "/v2/{}/manifests/latest"
UPLOAD = "/v2/{}/blobs/uploads/"


def refusal(response: Any) -> tuple[int, str, str]:
    """Return what nginx will answer: status, code, message."""
    error = json.loads(response["X-Waybill-Refusal-Body"])["errors"][0]
    return int(response["X-Waybill-Refusal-Status"]), error["code"], error["message"]


def test_a_request_goes_to_the_registry_that_keeps_the_repository(
    world: World, client: Client
) -> None:
    token = token_for(client, "repository:alice/pub:pull", "repository:base:pull")
    response = ask_route(client, "GET", MANIFEST.format("alice/pub"), token=token)
    assert (response.status_code, response["X-Waybill-Registry"]) == (204, "east")
    response = ask_route(client, "GET", MANIFEST.format("base"), token=token)
    assert response["X-Waybill-Registry"] == "west"


@pytest.mark.parametrize("secret", ["wrong", " "])
def test_nobody_but_the_gateway_may_ask(world: World, client: Client, secret: str) -> None:
    response = ask_route(client, "GET", MANIFEST.format("alice/pub"), secret=secret)
    assert response.status_code == 403
    assert "X-Waybill-Refusal-Body" not in response.headers


@pytest.mark.parametrize("name", ["alice/pub", "alice/priv", "alice/nope", "nobody/app"])
def test_without_a_token_everything_is_401_with_the_scope_to_ask_for(
    world: World, client: Client, name: str
) -> None:
    response = ask_route(client, "GET", MANIFEST.format(name))
    assert refusal(response)[:2] == (401, "UNAUTHORIZED")
    challenge = response["X-Waybill-Refusal-Challenge"]
    assert challenge == (
        'Bearer realm="http://index.test/token",service="index.test",'
        f'scope="repository:{name}:pull"'
    )


def test_a_broken_token_is_invalid(world: World, client: Client) -> None:
    response = ask_route(client, "GET", MANIFEST.format("alice/pub"), token="a.b.c")
    assert 'error="invalid_token"' in response["X-Waybill-Refusal-Challenge"]


def test_anonymous_reads_the_same_about_private_and_unknown(world: World, client: Client) -> None:
    for name in ("alice/priv", "alice/nope"):
        token = token_for(client, f"repository:{name}:pull")
        response = ask_route(client, "GET", MANIFEST.format(name), token=token)
        assert refusal(response)[0] == 401
        assert 'error="insufficient_scope"' in response["X-Waybill-Refusal-Challenge"]


@pytest.mark.parametrize(
    ("method", "uri", "status"), [("GET", MANIFEST, 404), ("POST", UPLOAD, 403)]
)
def test_a_stranger_reads_the_same_about_private_and_unknown(
    world: World, client: Client, method: str, uri: str, status: int
) -> None:
    answers = set()
    for name in ("alice/priv", "alice/nope", "ghost/nope"):
        token = token_for(client, f"repository:{name}:pull,push", user=world.bob)
        response = ask_route(client, method, uri.format(name), token=token)
        answers.add((*refusal(response)[:2], refusal(response)[2].replace(name, "X")))
    assert {answer[0] for answer in answers} == {status}
    assert len(answers) == 1


def test_who_may_pull_but_not_push_is_told_so_in_our_words(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull,push", user=world.rita)
    response = ask_route(client, "POST", UPLOAD.format("acme/app"), token=token)
    status, code, message = refusal(response)
    assert (status, code) == (403, "DENIED")
    assert message.startswith("'rita' may pull but not push acme/app.")


def test_who_may_push_and_asked_only_to_pull_is_sent_for_another_token(
    world: World, client: Client
) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.mia)
    response = ask_route(client, "POST", UPLOAD.format("acme/app"), token=token)
    assert refusal(response)[0] == 401
    assert 'error="insufficient_scope"' in response["X-Waybill-Refusal-Challenge"]


def test_a_repository_appears_with_the_first_upload_and_is_private(
    world: World, client: Client
) -> None:
    token = token_for(client, "repository:alice/new:pull,push", user=world.alice)
    assert refusal(ask_route(client, "HEAD", MANIFEST.format("alice/new"), token=token))[0] == 404
    response = ask_route(client, "POST", UPLOAD.format("alice/new"), token=token)
    assert response["X-Waybill-Registry"] == "east"
    repository = Repository.objects.get(name="alice/new")
    assert (repository.visibility, repository.created_by) == ("private", world.alice)


def test_the_namespace_says_how_visible_a_new_repository_is(world: World, client: Client) -> None:
    world.alice.namespace.default_visibility = Visibility.PUBLIC
    world.alice.namespace.save()
    token = token_for(client, "repository:alice/new:pull,push", user=world.alice)
    ask_route(client, "POST", UPLOAD.format("alice/new"), token=token)
    assert Repository.objects.get(name="alice/new").visibility == "public"


def test_a_first_push_with_a_token_for_pulling_creates_nothing(
    world: World, client: Client
) -> None:
    token = token_for(client, "repository:alice/new:pull", user=world.alice)
    response = ask_route(client, "POST", UPLOAD.format("alice/new"), token=token)
    assert not Repository.objects.filter(name="alice/new").exists()
    assert refusal(response)[0] == 401


def test_revocation_holds_at_once(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    AccessGrant.objects.filter(team__name="readers").update(expires_at=timezone.now())
    response = ask_route(client, "GET", MANIFEST.format("acme/app"), token=token)
    assert refusal(response)[:2] == (404, "NAME_UNKNOWN")


def test_a_disabled_account_is_shut_out_at_once(world: World, client: Client) -> None:
    token = token_for(client, "repository:acme/app:pull", user=world.rita)
    world.rita.is_active = False
    world.rita.save()
    response = ask_route(client, "GET", MANIFEST.format("acme/app"), token=token)
    assert refusal(response)[0] == 401


def test_a_deleted_repository_is_unknown_to_its_owner_too(world: World, client: Client) -> None:
    token = token_for(client, "repository:alice/priv:pull", user=world.alice)
    Repository.objects.filter(name="alice/priv").update(state=RepositoryState.DELETING)
    response = ask_route(client, "GET", MANIFEST.format("alice/priv"), token=token)
    assert refusal(response)[:2] == (404, "NAME_UNKNOWN")


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [("POST", UPLOAD, (403, "DENIED")), ("GET", MANIFEST, (404, "NAME_UNKNOWN"))],
    ids=["push", "pull"],
)
def test_who_might_push_to_it_hears_that_it_is_in_the_trash(
    world: World, client: Client, method: str, path: str, answer: tuple[int, str]
) -> None:
    until = request_deletion(world.app, by=Principal(world.olga)).purge_after
    for writer in (world.olga, world.mia):
        token = token_for(client, "repository:acme/app:pull,push", user=writer)
        response = ask_route(client, method, path.format("acme/app"), token=token)
        assert refusal(response)[:2] == answer
        assert f"in the trash until {until:%Y-%m-%d %H:%M} UTC" in refusal(response)[2]
        assert "http://index.test/trash" in refusal(response)[2]


def test_who_might_push_to_it_hears_that_it_is_being_deleted(world: World, client: Client) -> None:
    request_deletion(world.app, by=Principal(world.olga), at_once=True)
    token = token_for(client, "repository:acme/app:pull,push", user=world.olga)
    response = ask_route(client, "POST", UPLOAD.format("acme/app"), token=token)
    assert refusal(response)[:2] == (403, "DENIED")
    assert "acme/app is being deleted" in refusal(response)[2]


def test_to_all_others_what_is_in_the_trash_is_not_there(world: World, client: Client) -> None:
    request_deletion(world.app, by=Principal(world.olga))
    for reader in (world.rita, world.bob):
        token = token_for(client, "repository:acme/app:pull,push", user=reader)
        there = refusal(ask_route(client, "GET", MANIFEST.format("acme/app"), token=token))
        nowhere = refusal(ask_route(client, "GET", MANIFEST.format("acme/axe"), token=token))
        assert there[2] == nowhere[2].replace("acme/axe", "acme/app")
        assert there[0] == nowhere[0] == 404


def test_a_deleted_name_rests_before_it_can_be_pushed_again(world: World, client: Client) -> None:
    Repository.objects.filter(name="alice/priv").update(
        state=RepositoryState.DELETED, deleted_at=timezone.now()
    )
    token = token_for(client, "repository:alice/priv:pull,push", user=world.alice)
    response = ask_route(client, "POST", UPLOAD.format("alice/priv"), token=token)
    assert refusal(response)[:2] == (403, "DENIED")
    assert "was deleted a moment ago" in refusal(response)[2]


def test_the_source_of_a_mount_must_be_readable_and_in_the_token(
    world: World, client: Client
) -> None:
    uri = UPLOAD.format("bobby/app") + "?mount=sha256:0&from="
    scopes = ["repository:bobby/app:pull,push", "repository:alice/priv:pull",
              "repository:alice/pub:pull"]  # fmt: skip
    token = token_for(client, *scopes, user=world.bob)
    ask_route(client, "POST", UPLOAD.format("bobby/app"), token=token)
    assert ask_route(client, "POST", uri + "alice/pub", token=token).status_code == 204
    assert refusal(ask_route(client, "POST", uri + "alice/priv", token=token))[0] == 401
    assert refusal(ask_route(client, "POST", uri + "base", token=token))[0] == 401


def test_library_is_explained(world: World, client: Client) -> None:
    response = ask_route(client, "GET", MANIFEST.format("library/base"))
    assert "named without library/" in refusal(response)[2]


def test_a_push_to_an_impossible_name_is_denied_so_that_docker_does_not_repeat_it(
    world: World, client: Client
) -> None:
    response = ask_route(client, "POST", UPLOAD.format("library/base"))
    assert refusal(response)[:2] == (403, "DENIED")
    assert "named without library/" in refusal(response)[2]


def test_messages_are_one_line_of_ascii(world: World, client: Client) -> None:
    token = token_for(client, "repository:alice/priv:pull", user=world.bob)
    response = ask_route(client, "GET", MANIFEST.format("alice/priv"), token=token)
    body = response["X-Waybill-Refusal-Body"]
    assert body.isascii()
    assert "\n" not in body
    assert len(refusal(response)[2]) <= 200
