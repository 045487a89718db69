"""Why somebody may do what they may, over the REST API."""

from __future__ import annotations

from typing import Any

from django.test import Client

from accounts.models import RobotAccount
from index.roles import Role
from tests.clients import basic
from tests.conftest import World
from tests.factories import make_grant
from tests.machines import make_secret

WHY = "/api/v1/repositories/acme/app/-/access/why"


def ask(client: Client, address: str = "/api/v1/explain", **query: str) -> Any:
    return client.get(address, query)


def test_an_admin_asks_about_anybody_and_supposes(world: World, client: Client) -> None:
    client.force_login(world.olga)
    body = ask(client, WHY, name="rita", action="push", tag="v1").json()
    assert (body["allowed"], body["role"], body["tag"]) == (False, "reader", "v1")
    assert body["verdicts"][0]["code"] == "role"
    assert {"part", "code", "effect", "words", "remedy"} == body["steps"][0].keys()
    assert ask(client, WHY, name="rita", action="push", role="writer").json()["allowed"]
    assert ask(client, WHY, name="rita", role="owner").status_code == 400
    assert ask(client, WHY, name="rita", action="fly").status_code == 400
    assert ask(client, WHY, name="rita", tag="a b").status_code == 400


def test_an_admin_is_told_the_state_of_ones_own_account_alone(world: World, client: Client) -> None:
    client.force_login(world.olga)
    states = {
        name: [step["words"] for step in ask(client, WHY, name=name).json()["steps"]]
        for name in ("olga", "rita")
    }
    assert "the account is in use" in states["olga"]
    assert "the account is in use" not in states["rita"]


def test_one_asks_about_oneself(world: World, client: Client) -> None:
    client.force_login(world.mia)
    body = ask(client, repository="acme/app", action="pull,push").json()
    assert (body["name"], body["allowed"]) == ("mila", True)
    assert ask(client, repository="acme/app", who="rita").status_code == 400
    assert ask(client, repository="Acme").status_code == 400
    hidden = ask(client, repository="alice/priv").content
    assert hidden.replace(b"priv", b"none") == ask(client, repository="alice/none").content
    client.logout()
    assert ask(client, repository="base").status_code == 401


def test_an_administrator_asks_about_anybody_with_a_session_alone(
    world: World, client: Client
) -> None:
    headers = {"Authorization": basic("rooty")}
    query = {"repository": "alice/priv", "who": "bobby"}
    assert client.get("/api/v1/explain", query, headers=headers).status_code == 400
    client.force_login(world.root)
    assert ask(client, **query).json()["allowed"] is False


def test_a_robot_asks_about_itself(world: World, client: Client) -> None:
    robot = RobotAccount.objects.create(namespace=world.app.namespace, name="ci")
    make_grant(world.app, robot, Role.READER)
    secret = make_secret(robot, by=world.olga).value
    answer = client.get(
        "/api/v1/explain",
        {"repository": "acme/app"},
        headers={"Authorization": f"Bearer {secret}"},
    )
    assert answer.json()["name"] == "acme+ci"
    assert answer.json()["actions"] == ["pull"]
