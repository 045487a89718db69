"""What the gateway is told twice: remembered while true, and not a moment longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.changes import LONGEST_MEMORY
from accounts.flows.end_tokens import end_registry_tokens
from accounts.models import Membership, PersonalAccessToken, User
from index.gateway import lane
from index.models import AccessGrant, Repository
from index.roles import Role
from tests.clients import ask_route, basic, token_for
from tests.conftest import World
from tests.factories import SERVICE
from tests.machines import make_token

BLOB = f"/v2/acme/app/blobs/sha256:{'0' * 64}"
PULL = "repository:acme/app:pull"


def test_the_same_pull_again_costs_no_statement_and_nginx_may_keep_it(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = token_for(client, PULL, user=world.rita)
    first = ask_route(client, "GET", BLOB, token=token)
    with django_assert_num_queries(0):
        again = ask_route(client, "GET", BLOB, token=token)
    for answer in (first, again):
        del answer.headers["X-Request-Id"]  # of each request its own
    assert dict(first.headers) == dict(again.headers)
    assert (again["X-Waybill-Registry"], again["X-Accel-Expires"]) == ("east", "1")


def test_another_blob_with_the_same_token_costs_one_statement(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    token = token_for(client, PULL, user=world.rita)
    ask_route(client, "GET", BLOB, token=token)
    with django_assert_num_queries(1):
        assert ask_route(client, "GET", BLOB[:-1] + "1", token=token).status_code == 204


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nginx_keeps_nothing_that_writes_and_no_refusal(
    world: World, client: Client, method: str
) -> None:
    uri = "/v2/acme/app/blobs/uploads/" if method == "POST" else "/v2/acme/app/manifests/1.0"
    for user in (world.olga, world.bob):
        token = token_for(client, "repository:acme/app:pull,push,delete", user=user)
        assert "X-Accel-Expires" not in ask_route(client, method, uri, token=token).headers


CHANGES: dict[str, Callable[[World], object]] = {
    "the grant ends": lambda _: AccessGrant.objects.filter(role=Role.READER).delete(),
    "the member leaves": lambda world: Membership.objects.filter(user=world.rita).delete(),
    "the account is disabled": lambda world: User.objects.filter(pk=world.rita.pk).update(
        is_active=False
    ),
    "all tokens end": lambda world: end_registry_tokens(world.rita),
    "the repository goes": lambda world: Repository.objects.filter(pk=world.app.pk).update(
        state="deleting"
    ),
    "the name changes hands": lambda world: Repository.objects.filter(pk=world.app.pk).update(
        tokens_not_before=timezone.now() + timedelta(seconds=2)
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_remembered_route_ends_with_what_it_rests_on(
    world: World, client: Client, change: str
) -> None:
    token = token_for(client, PULL, user=world.rita)
    assert ask_route(client, "GET", BLOB, token=token).status_code == 204
    CHANGES[change](world)
    assert ask_route(client, "GET", BLOB, token=token).status_code == 403


def test_a_remembered_route_ends_with_the_token(world: World, client: Client) -> None:
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        token = token_for(client, PULL, user=world.rita)
        clock.shift(300 + 60 - 1)  # its life and the leeway, but for a second
        assert ask_route(client, "GET", BLOB, token=token).status_code == 204
        clock.shift(1)
        assert ask_route(client, "GET", BLOB, token=token).status_code == 403


def test_nothing_is_remembered_longer_than_stated(world: World, client: Client) -> None:
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        token = token_for(client, PULL, user=world.rita)
        ask_route(client, "GET", BLOB, token=token)
        with connection.cursor() as cursor:
            cursor.cursor.execute("DELETE FROM index_accessgrant")  # past every watch of ours
        assert ask_route(client, "GET", BLOB, token=token).status_code == 204
        clock.shift(LONGEST_MEMORY)
        assert ask_route(client, "GET", BLOB, token=token).status_code == 403


@pytest.mark.parametrize("change", ["archived", "read-only"])
def test_what_takes_no_pushes_says_so_and_still_gives(
    world: World, client: Client, change: str
) -> None:
    token = token_for(client, "repository:acme/app:pull,push", user=world.mia)
    Repository.objects.filter(pk=world.app.pk).update(mode=change)
    assert ask_route(client, "GET", BLOB, token=token).status_code == 204
    refused = ask_route(client, "POST", "/v2/acme/app/blobs/uploads/", token=token)
    assert refused["X-Waybill-Refusal-Status"] == "403"
    assert f"the repository is {change}:" in refused["X-Waybill-Refusal-Body"]
    assert "/r/acme/app" in refused["X-Waybill-Refusal-Body"]


def test_memories_do_not_add_up(world: World, client: Client) -> None:
    """Who a token stands for is remembered, too, and what rests on that holds no longer."""
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        token = token_for(client, PULL, user=world.rita)
        ask_route(client, "GET", BLOB, token=token)
        with connection.cursor() as cursor:
            cursor.cursor.execute("UPDATE accounts_user SET is_active = FALSE")  # past every watch
        clock.shift(LONGEST_MEMORY - 0.1)
        assert ask_route(client, "GET", BLOB[:-1] + "1", token=token).status_code == 204
        clock.shift(0.1)
        assert ask_route(client, "GET", BLOB[:-1] + "1", token=token).status_code == 403


def test_a_remembered_route_ends_with_the_credential(world: World, client: Client) -> None:
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        PersonalAccessToken.objects.all().delete()
        made = make_token(world.rita)
        soon = timezone.now() + timedelta(seconds=1.5)
        PersonalAccessToken.objects.update(expires_at=soon)
        query = {"service": SERVICE, "scope": PULL}
        header = {"Authorization": basic("rita", made.value)}
        token = client.get("/token", query, headers=header).json()["token"]
        assert ask_route(client, "GET", BLOB, token=token).status_code == 204
        clock.shift(1.6)
        assert ask_route(client, "GET", BLOB, token=token).status_code == 403


def test_a_content_type_that_cannot_be_read_is_refused(world: World, client: Client) -> None:
    """A form could hide behind it: the registry reads what the app server does not hand on."""
    token = token_for(client, "repository:acme/app:pull,push", user=world.mia)
    told = {
        "HTTP_X_WAYBILL_ROUTE": settings.GATEWAY_SECRET,
        "HTTP_X_ORIGINAL_METHOD": "POST",
        "HTTP_X_ORIGINAL_URI": "/v2/acme/app/blobs/uploads/",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
    }
    assert lane.answer(told).status[:3] == "204"
    refused = dict(lane.answer({**told, "CONTENT_TYPE": ""}).headers)
    assert refused["X-Waybill-Refusal-Status"] == "405"


def test_no_line_break_reaches_a_header(world: World, client: Client) -> None:
    uri = "/v2/acme/app/blobs/uploads/?mount=sha256:0&from=a%0d%0aX-Waybill-Registry:%20east"
    refused = ask_route(client, "POST", uri)
    assert all(value.isprintable() for value in refused.headers.values())
    assert refused["X-Waybill-Refusal-Challenge"].startswith("Bearer realm=")
