"""What admins change of a repository, and administrators of a robot, over the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from accounts.audit import AuditAction
from accounts.models import AuditEvent, RobotAccount
from index.models import Registry, Stage, Writers
from tests.clients import confirm, forget_confirmation
from tests.conftest import World
from tests.machines import make_robot, make_token

APP = "/api/v1/repositories/acme/app"


def patch(client: Client, path: str, **body: Any) -> Any:
    return client.patch(path, body, content_type="application/json")


def test_admins_change_what_they_send_and_the_rest_stays(world: World, client: Client) -> None:
    client.force_login(world.olga)
    patch(client, APP, description="An app", readme=" # Hi\n")
    body = patch(client, APP, mode="archived", immutable_tags=["v*"], visibility="internal").json()
    assert {key: body[key] for key in ("description", "readme", "mode", "immutable_tags")} == {
        "description": "An app", "readme": " # Hi\n", "mode": "archived", "immutable_tags": ["v*"],
    }  # fmt: skip
    assert (body["visibility"], body["actions"]) == ("internal", ["pull"])
    assert patch(client, APP, mode="open").json()["actions"] == ["pull", "push", "delete"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"immutable_tags": ["?"]},
        {"immutable_tags": ["v*", "v*"]},
        {"immutable_tags": ["v*"] * 21},
        {"immutable_tags": "v*"},
        {"immutable_tags": [" v1"]},
        {"mode": "frozen"},
        {"visibility": "none"},
    ],
)
def test_what_is_wrong_changes_nothing_at_all(
    world: World, client: Client, wrong: dict[str, Any]
) -> None:
    client.force_login(world.olga)
    response = patch(client, APP, description="An app", **wrong)
    assert response.status_code == 400
    world.app.refresh_from_db()
    assert (world.app.description, world.app.mode, world.app.immutable_tags) == ("", "open", [])
    assert not AuditEvent.objects.exists()


@pytest.mark.parametrize(("person", "status"), [("mia", 403), ("bob", 404), ("anonymous", 401)])
def test_others_change_nothing(world: World, client: Client, person: str, status: int) -> None:
    if user := world.person(person):
        client.force_login(user)
    assert patch(client, APP, mode="archived").status_code == status
    world.app.refresh_from_db()
    assert world.app.mode == "open"


@pytest.mark.parametrize(
    ("patterns", "parts", "status"),
    [
        (["*"], ["repositories:write"], 200),
        (["*"], ["repositories:read"], 403),
        (["alice/*"], ["repositories:write"], 404),
    ],
)
def test_a_token_changes_what_it_is_for(
    world: World, client: Client, patterns: list[str], parts: list[str], status: int
) -> None:
    token = make_token(world.olga, *patterns, api_parts=parts).value
    headers = {"Authorization": f"Bearer {token}"}
    response = client.patch(APP, {"mode": "archived"}, "application/json", headers=headers)
    assert response.status_code == status


def test_everybody_who_sees_it_reads_its_state_and_stage(world: World, client: Client) -> None:
    Registry.objects.update(stage=Stage.RELEASE, writers=Writers.BUILDERS)
    body = client.get("/api/v1/repositories/alice/pub").json()
    assert (body["mode"], body["stage"], body["writers"]) == ("open", "release", "builders")
    assert body["immutable_tags"] == []


def test_administrators_call_a_robot_a_build_server(world: World, client: Client) -> None:
    make_robot("acme", by=world.olga)
    client.force_login(world.root)
    forget_confirmation(client)
    assert patch(client, "/api/v1/robots/acme+ci", is_builder=True).status_code == 403
    confirm(client)
    assert patch(client, "/api/v1/robots/acme+ci", is_builder=True).json()["is_builder"] is True
    event = AuditEvent.objects.get(action=AuditAction.ROBOT_CHANGED)
    assert (event.target, event.details) == ("acme+ci", {"is_builder": True})


def test_owners_do_not_and_nothing_else_changes_with_it(world: World, client: Client) -> None:
    make_robot("acme", by=world.olga)
    client.force_login(world.olga)
    confirm(client)
    response = patch(client, "/api/v1/robots/acme+ci", is_builder=True, description="mine")
    assert response.status_code == 403
    assert "administrators of this site" in response.json()["detail"]
    robot = RobotAccount.objects.get()
    assert (robot.is_builder, robot.description) == (False, "")
    assert patch(client, "/api/v1/robots/acme+ci", is_builder=False).status_code == 200
