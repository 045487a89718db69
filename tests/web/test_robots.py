"""Pages of robot accounts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.flows.use_credential import use_robot_secret
from accounts.models import RobotAccount, RobotSecret
from index.models import AccessGrant
from index.roles import Role
from tests.clients import confirm, unwrapped
from tests.conftest import World
from tests.factories import make_grant, make_organization
from tests.machines import make_robot, make_secret

SECRET = re.compile(r"wbs_[0-9a-f]{16}_[0-9a-f]{64}_[0-9a-f]{8}")


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """A browser in which olga, owner of acme, has logged in a moment ago."""
    client.force_login(world.olga)
    return confirm(client)


def page_of(response: Any) -> str:
    """Return the text of the answer."""
    return str(response.content.decode())


@pytest.mark.parametrize(
    ("address", "full_name"), [("/settings/robots", "olga+ci"), ("/o/acme/-/robots", "acme+ci")]
)
def test_a_robot_is_made_and_listed(olga: Client, address: str, full_name: str) -> None:
    assert "no robot yet" in page_of(olga.get(address))
    form = {"name": "ci", "description": "builds", "responsible": "olga"}
    response = olga.post(f"{address}/new", form, follow=True)
    assert f"{full_name} is there" in page_of(response)
    assert full_name in page_of(olga.get(address))
    robot = RobotAccount.objects.get()
    assert (robot.description, robot.may_create) == ("builds", False)


def test_a_secret_is_shown_once_and_works(world: World, olga: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    response = olga.post("/robots/acme+ci/secrets", {"label": "GitHub", "expiry": "30"})
    secret = SECRET.search(page_of(response))
    assert secret
    assert response["Cache-Control"] == "no-store"
    line = f"echo {secret[0]} | docker login index.test -u acme+ci --password-stdin"
    assert line in unwrapped(response)
    assert use_robot_secret(secret[0], login="acme+ci", address="").robot == robot
    assert not SECRET.search(page_of(olga.get("/robots/acme+ci")))


def test_rotating_shows_the_successor(world: World, olga: Client) -> None:
    made = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    address = f"/robots/acme+ci/secrets/{made.secret.pk}"
    secret = SECRET.search(page_of(olga.post(f"{address}/rotate", {"overlap": "24"})))
    assert secret
    assert RobotSecret.objects.usable().count() == 2
    olga.post(f"{address}/revoke")
    assert [row.public_part for row in RobotSecret.objects.usable()] == [secret[0][:20]]


def test_an_unknown_overlap_rotates_nothing(world: World, olga: Client) -> None:
    made = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    olga.post(f"/robots/acme+ci/secrets/{made.secret.pk}/rotate", {"overlap": "99999"})
    assert RobotSecret.objects.count() == 1


def test_rights_are_given_and_taken_on_the_robots_page(world: World, olga: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    olga.post("/robots/acme+ci/grants", {"repository": "acme/app", "role": "writer"})
    grant = AccessGrant.objects.get(robot=robot)
    assert grant.role == Role.WRITER
    assert "acme/app" in page_of(olga.get("/robots/acme+ci"))
    olga.post(f"/robots/acme+ci/grants/{grant.pk}/delete")
    assert not AccessGrant.objects.filter(robot=robot).exists()


def test_a_robot_gets_no_role_outside_of_its_namespace(world: World, olga: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    olga.post("/robots/acme+ci/grants", {"repository": "alice/pub", "role": "writer"})
    assert not AccessGrant.objects.filter(robot=robot).exists()


def test_it_is_disabled_enabled_changed_and_deleted(world: World, olga: Client) -> None:
    make_robot("acme", by=world.olga)
    olga.post("/robots/acme+ci/disable")
    assert RobotAccount.objects.get().disabled_at
    olga.post("/robots/acme+ci/enable")
    olga.post(
        "/robots/acme+ci/settings",
        {"description": "new", "responsible": "mila", "may_create": "on"},
    )
    robot = RobotAccount.objects.get()
    assert (robot.disabled_at, robot.responsible, robot.may_create) == (None, world.mia, True)
    olga.post("/robots/acme+ci/delete", {"confirmation": "acme"})
    assert RobotAccount.objects.exists()
    olga.post("/robots/acme+ci/delete", {"confirmation": "acme+ci"})
    assert not RobotAccount.objects.exists()


@pytest.mark.parametrize("who", ["alice", "mia"])
def test_nobody_else_finds_a_robot(world: World, client: Client, who: str) -> None:
    robot = make_robot("acme", by=world.olga)
    made = make_secret(robot, by=world.olga)
    person = world.person(who)
    assert person
    client.force_login(person)
    confirm(client)
    assert client.get("/robots/acme+ci").status_code == 404
    for verb in (
        "settings", "disable", "enable", "delete", "secrets", "grants",
        f"secrets/{made.secret.pk}/rotate", f"secrets/{made.secret.pk}/revoke",
    ):  # fmt: skip
        data = {"confirmation": "acme+ci", "overlap": "24", "expiry": "never"}
        assert client.post(f"/robots/acme+ci/{verb}", data).status_code == 404
    robot.refresh_from_db()
    assert robot.disabled_at is None
    assert RobotSecret.objects.usable().count() == 1
    expected = 403 if who == "mia" else 404
    assert client.get("/o/acme/-/robots").status_code == expected


def test_parts_of_other_robots_are_not_found_under_ones_own(world: World, olga: Client) -> None:
    umbra = make_organization("umbra", owner=world.alice)
    theirs = make_robot("umbra", by=world.alice)
    made = make_secret(theirs, by=world.alice)
    make_robot("acme", by=world.olga)
    base = "/robots/acme+ci"
    assert umbra.name
    assert olga.post(f"{base}/secrets/{made.secret.pk}/revoke").status_code == 404
    rotate = olga.post(f"{base}/secrets/{made.secret.pk}/rotate", {"overlap": "0"})
    assert rotate.status_code == 404
    other = make_robot("acme", "other", by=world.olga)
    grant = make_grant(world.app, other, Role.READER)
    assert olga.post(f"{base}/grants/{grant.pk}/delete").status_code == 404
    assert RobotSecret.objects.usable().count() == 1
    assert AccessGrant.objects.filter(pk=grant.pk).exists()


def test_what_makes_secrets_needs_a_recent_log_in(world: World, client: Client) -> None:
    made = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    client.force_login(world.olga)
    for path in (
        "/settings/robots/new", "/o/acme/-/robots/new", "/robots/acme+ci/secrets",
        f"/robots/acme+ci/secrets/{made.secret.pk}/rotate", "/robots/acme+ci/enable",
    ):  # fmt: skip
        assert "reauthenticate" in client.post(path)["Location"]
    assert RobotSecret.objects.count() == 1


@pytest.mark.parametrize("name", ["A", "system", "a b", "x" * 31, ""])
def test_other_names_make_no_robot(olga: Client, name: str) -> None:
    response = olga.post("/settings/robots/new", {"name": name})
    assert "Error: New robot" in page_of(response)
    assert not RobotAccount.objects.exists()


def test_administrators_of_the_site_alone_call_a_robot_a_build_server(
    world: World, olga: Client
) -> None:
    robot = make_robot("acme", by=world.olga)
    assert "Mark as a build server" not in page_of(olga.get("/robots/acme+ci"))
    assert olga.post("/robots/acme+ci/builder").status_code == 403
    olga.force_login(world.root)
    confirm(olga)
    assert "is a build server now" in page_of(olga.post("/robots/acme+ci/builder", follow=True))
    robot.refresh_from_db()
    assert robot.is_builder
    olga.force_login(world.olga)
    assert "It is a build server" in page_of(olga.get("/robots/acme+ci"))
    assert "build server</span>" in page_of(olga.get("/o/acme/-/robots"))
    assert olga.post("/robots/acme+ci/builder/end").status_code == 403
    olga.force_login(world.root)
    olga.post("/robots/acme+ci/builder/end")
    robot.refresh_from_db()
    assert not robot.is_builder
