"""Writes that wait, at the gateway: while a move ends, while a registry collects its garbage."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from index.models import Registry, Repository, TagClaim
from tests.clients import ask_route, token_for
from tests.conftest import World
from tests.factories import make_digest, make_tag

TAG = "/v2/acme/app/manifests/v1"
UPLOAD = "/v2/acme/app/blobs/uploads/"
BEGUN = f"{UPLOAD}0a1b2c"
BLOB = f"/v2/acme/app/blobs/{make_digest('a blob')}"
NEW = [("POST", UPLOAD), ("PUT", TAG), ("DELETE", TAG), ("DELETE", BLOB)]
RUNNING = [("PATCH", BEGUN), ("PUT", f"{BEGUN}?digest=x"), ("DELETE", BEGUN)]
READS = [("GET", TAG), ("HEAD", TAG), ("GET", BLOB), ("GET", "/v2/acme/app/tags/list")]


@pytest.fixture
def bearer(world: World, client: Client) -> str:
    """Of an owner, who may do everything."""
    return token_for(client, "repository:acme/app:pull,push,delete", user=world.olga)


def hold(world: World, *, registry: bool = False, seconds: int = 30) -> None:
    until = timezone.now() + timedelta(seconds=seconds)
    if registry:
        Registry.objects.filter(pk=world.east.pk).update(writes_held_until=until)
    else:
        Repository.objects.filter(pk=world.app.pk).update(writes_held_until=until)


@pytest.mark.parametrize(("method", "uri"), NEW)
def test_at_the_end_of_a_move_new_writes_are_told_to_come_again(
    world: World, client: Client, bearer: str, method: str, uri: str
) -> None:
    make_tag(world.app, name="v1")
    hold(world)
    answer = ask_route(client, method, uri, token=bearer)
    assert (answer.status_code, answer["X-Waybill-Refusal-Status"]) == (403, "429")
    assert answer["X-Waybill-Retry-After"] == "5"
    [error] = json.loads(answer["X-Waybill-Refusal-Body"])["errors"]
    assert error["code"] == "UNAVAILABLE"
    assert "acme/app takes nothing for some seconds" in error["message"]


@pytest.mark.parametrize(("method", "uri"), RUNNING)
def test_at_the_end_of_a_move_uploads_that_were_begun_go_on(
    world: World, client: Client, bearer: str, method: str, uri: str
) -> None:
    hold(world)
    assert ask_route(client, method, uri, token=bearer)["X-Waybill-Registry"] == "east"


@pytest.mark.parametrize(("method", "uri"), [*NEW, *RUNNING])
def test_during_a_garbage_collection_nothing_is_written(
    world: World, client: Client, bearer: str, method: str, uri: str
) -> None:
    hold(world, registry=True)
    answer = ask_route(client, method, uri, token=bearer)
    assert (answer.status_code, answer["X-Waybill-Refusal-Status"]) == (403, "429")
    assert answer["X-Waybill-Retry-After"] == "60"
    assert "collects its garbage" in answer["X-Waybill-Refusal-Body"]


@pytest.mark.parametrize(("method", "uri"), READS)
def test_reads_are_never_held(
    world: World, client: Client, bearer: str, method: str, uri: str
) -> None:
    hold(world)
    hold(world, registry=True)
    assert ask_route(client, method, uri, token=bearer)["X-Waybill-Registry"] == "east"


def test_a_hold_ends_by_itself(world: World, client: Client, bearer: str) -> None:
    hold(world, seconds=30)
    assert ask_route(client, "POST", UPLOAD, token=bearer).status_code == 403
    with time_machine.travel(timezone.now() + timedelta(seconds=31)):
        assert ask_route(client, "POST", UPLOAD, token=bearer).status_code == 204


def test_whoever_may_not_push_is_told_that_and_not_to_come_again(
    world: World, client: Client
) -> None:
    reader = token_for(client, "repository:acme/app:pull", user=world.rita)
    hold(world)
    answer = ask_route(client, "POST", UPLOAD, token=reader)
    assert answer["X-Waybill-Refusal-Status"] in {"401", "403"}


def test_a_push_that_waits_claims_no_immutable_tag(
    world: World, client: Client, bearer: str
) -> None:
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["*"])
    hold(world)
    assert ask_route(client, "PUT", TAG, token=bearer)["X-Waybill-Refusal-Status"] == "429"
    assert not TagClaim.objects.exists()
