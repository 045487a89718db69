"""At the gateway: repositories that take no pushes, tags that never change, names with a past."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import RobotAccount, User
from index.models import Registry, Repository, TagClaim, Writers
from index.roles import Role
from tests.clients import ask_route, basic, token_for
from tests.conftest import World
from tests.factories import SERVICE, make_digest, make_grant, make_plan, make_tag
from tests.index.test_gateway_route import refusal
from tests.machines import make_secret
from tests.registry_stub import RegistryStub, serve

TAG = "/v2/acme/app/manifests/v1"
UPLOAD = "/v2/acme/app/blobs/uploads/"
DIGEST = make_digest("something")


@pytest.fixture
def stub(world: World) -> Iterator[RegistryStub]:
    """East, at the stub's address."""
    with serve(RegistryStub()) as stub:
        Registry.objects.filter(pk=world.east.pk).update(upstream_url=stub.url)
        yield stub


def token(client: Client, user: User) -> str:
    return token_for(client, "repository:acme/app:pull,push,delete", user=user)


@pytest.mark.parametrize("mode", ["archived", "read-only"])
@pytest.mark.parametrize(
    ("method", "uri"),
    [("POST", UPLOAD), ("PUT", TAG), ("DELETE", TAG), ("DELETE", f"/v2/acme/app/blobs/{DIGEST}")],
)
def test_what_takes_no_pushes_says_so_and_who_can_change_that(
    world: World, client: Client, mode: str, method: str, uri: str
) -> None:
    held = token(client, world.olga)
    Repository.objects.filter(pk=world.app.pk).update(mode=mode)
    for bearer in (held, token(client, world.olga)):
        status, code, message = refusal(ask_route(client, method, uri, token=bearer))
        assert (status, code) == (403, "DENIED")
        assert f"is {mode}" in message
        assert "an admin of the repository opens it again" in message
        assert message.isascii()
    assert ask_route(client, "GET", TAG, token=held).status_code == 204


def test_a_registry_for_build_servers_takes_nothing_from_people(
    world: World, client: Client
) -> None:
    held = token(client, world.olga)
    Registry.objects.update(writers=Writers.BUILDERS)
    status, code, message = refusal(ask_route(client, "POST", UPLOAD, token=held))
    assert (status, code) == (403, "DENIED")
    assert "from build servers alone" in message
    assert "a robot that is a build server" in message


def test_a_push_that_is_refused_creates_nothing(world: World, client: Client) -> None:
    held = token_for(client, "repository:acme/fresh:pull,push", user=world.olga)
    Registry.objects.update(writers=Writers.BUILDERS)
    response = ask_route(client, "POST", "/v2/acme/fresh/blobs/uploads/", token=held)
    status, code, message = refusal(response)
    assert (status, code) == (403, "DENIED")
    assert "acme/fresh: the registry that keeps it takes writes from build servers" in message
    assert not Repository.objects.filter(name="acme/fresh").exists()


@pytest.mark.parametrize(("builders", "status"), [(1, 204), (0, 403)])
def test_a_robot_pushes_there_if_it_is_a_build_server(
    world: World, client: Client, builders: int, status: int
) -> None:
    robot = RobotAccount.objects.create(namespace=world.acme.namespace, name="ci")
    make_grant(world.app, robot, Role.WRITER)
    Registry.objects.update(writers=Writers.BUILDERS)
    RobotAccount.objects.update(is_builder=bool(builders))
    bearer = token_of_robot(client, robot, world)
    assert ask_route(client, "POST", UPLOAD, token=bearer).status_code == status


def token_of_robot(client: Client, robot: RobotAccount, world: World) -> str:
    """Return a registry token, for which the robot has logged in with a secret."""
    login, secret = robot.full_name, make_secret(robot, by=world.olga).value
    query = {"service": SERVICE, "scope": "repository:acme/app:pull,push"}
    headers = {"Authorization": basic(login, secret)}
    return str(client.get("/token", query, headers=headers).json()["token"])


@pytest.mark.parametrize(
    ("method", "uri"),
    [
        ("PUT", TAG),
        ("PUT", f"/v2/acme/app/manifests/{DIGEST}?tag=v1"),
        ("DELETE", TAG),
        ("DELETE", f"/v2/acme/app/manifests/{make_digest('acme/app:v1')}"),
        ("DELETE", f"/v2/acme/app/blobs/{DIGEST}"),
    ],
)
def test_an_immutable_tag_is_neither_moved_nor_deleted(
    world: World, client: Client, method: str, uri: str
) -> None:
    make_tag(world.app, "v1")
    held = token(client, world.olga)
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["v*"])
    status, code, message = refusal(ask_route(client, method, uri, token=held))
    assert (status, code) == (403, "DENIED")
    assert "immutable" in message
    assert message.endswith("/r/acme/app/-/settings")
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["1.*"])
    Registry.objects.update(upstream_url="http://127.0.0.1:9")
    later = ask_route(client, "PUT", TAG, token=held)
    assert later.status_code == 204


def test_who_may_not_push_anyway_does_not_make_us_ask_the_registry(
    world: World, client: Client, stub: RegistryStub
) -> None:
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["v*"])
    bearer = token(client, world.rita)
    assert "immutable" not in refusal(ask_route(client, "PUT", TAG, token=bearer))[2]
    assert stub.requests == []


def test_a_silent_registry_is_503_for_an_immutable_tag(world: World, client: Client) -> None:
    held = token(client, world.olga)
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["v*"])
    Registry.objects.update(upstream_url="http://127.0.0.1:9")
    response = ask_route(client, "PUT", TAG, token=held)
    assert refusal(response)[:2] == (503, "UNAVAILABLE")


def test_a_push_that_the_plan_has_no_room_for_claims_no_tag(
    world: World, client: Client, stub: RegistryStub
) -> None:
    held = token(client, world.olga)
    Repository.objects.filter(pk=world.app.pk).update(immutable_tags=["v*"])
    namespace = world.acme.namespace
    namespace.plan, namespace.storage_used = make_plan("small", storage_bytes=10), 20
    namespace.save()
    for _ in range(2):
        message = refusal(ask_route(client, "PUT", TAG, token=held))[2]
        assert "storage" in message
    assert not TagClaim.objects.exists()


def test_a_token_from_before_the_name_changed_hands_opens_nothing(
    world: World, client: Client
) -> None:
    with time_machine.travel(timezone.now() - timedelta(seconds=100)):
        old = token(client, world.olga)
    new = token(client, world.olga)
    Repository.objects.filter(pk=world.app.pk).update(
        tokens_not_before=timezone.now() - timedelta(seconds=50)
    )
    response = ask_route(client, "GET", TAG, token=old)
    assert refusal(response)[:2] == (401, "UNAUTHORIZED")
    assert ask_route(client, "GET", TAG, token=new).status_code == 204
