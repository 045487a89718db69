"""Access tokens and robots over the REST API: for people's sessions alone."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.flows.use_credential import use_robot_secret, use_token
from accounts.models import (
    Invitation,
    PersonalAccessToken,
    RobotAccount,
    RobotSecret,
    TeamMembership,
)
from accounts.token_limits import ApiPart
from index.models import AccessGrant, DefaultGrant
from index.roles import Role
from tests.clients import basic, confirm
from tests.conftest import World
from tests.factories import make_grant, make_organization
from tests.machines import make_robot, make_secret, make_token

EVERY_PART = [part.value for part in ApiPart]
WANTED = {"name": "ci", "repositories": ["alice/*"], "actions": ["push"], "expires_at": None}


def send(client: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    """Send JSON."""
    return client.generic(
        method,
        f"/api/v1/{path}",
        json.dumps({} if body is None else body),
        content_type="application/json",
        headers=headers,
    )


@pytest.fixture
def alice(world: World, client: Client) -> Client:
    """The session of alice, confirmed a moment ago."""
    client.force_login(world.alice)
    return confirm(client)


@pytest.fixture
def olga(world: World, client: Client) -> Client:
    """The session of olga, owner of acme, confirmed a moment ago."""
    client.force_login(world.olga)
    return confirm(client)


def test_a_session_makes_lists_renews_and_revokes_tokens(world: World, alice: Client) -> None:
    made = send(alice, "POST", "user/tokens", WANTED)
    assert made.status_code == 201
    secret = made.json()["secret"]
    assert use_token(secret, login="alice", address="").user == world.alice
    assert secret in made.json()["docker_login"]
    (listed,) = alice.get("/api/v1/user/tokens").json()["results"]
    assert listed["actions"] == ["pull", "push"]
    assert secret.split("_")[2] not in json.dumps(listed)
    assert "secret_digest" not in listed
    renewed = send(alice, "POST", f"user/tokens/{listed['id']}/rotate").json()
    path = f"user/tokens/{renewed['token']['id']}"
    assert send(alice, "DELETE", path).status_code == 204
    assert not PersonalAccessToken.objects.usable().exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"repositories": ["acme*"]}, {"repositories": []}, {"repositories": "alice/*"},
        {"actions": ["admin"]}, {"api_parts": ["tokens:write"]}, {"networks": ["everywhere"]},
        {"expires_at": "2020-01-01T00:00:00Z"}, {"expires_at": "never"}, {"name": ""},
        {"name": "x" * 81},
    ],
)  # fmt: skip
def test_a_wrong_wish_makes_nothing(alice: Client, wrong: dict[str, Any]) -> None:
    assert send(alice, "POST", "user/tokens", {**WANTED, **wrong}).status_code == 400
    assert not PersonalAccessToken.objects.exists()


def test_an_expiry_has_to_be_chosen(alice: Client) -> None:
    wish = {key: value for key, value in WANTED.items() if key != "expires_at"}
    assert send(alice, "POST", "user/tokens", wish).status_code == 400
    later = (timezone.now() + timedelta(days=9)).isoformat()
    assert send(alice, "POST", "user/tokens", {**wish, "expires_at": later}).status_code == 201


def test_other_peoples_tokens_are_not_found(world: World, alice: Client) -> None:
    token = make_token(world.bob).token
    assert send(alice, "DELETE", f"user/tokens/{token.pk}").status_code == 404
    assert send(alice, "POST", f"user/tokens/{token.pk}/rotate").status_code == 404
    assert PersonalAccessToken.objects.usable().count() == 1


def operations(world: World) -> list[tuple[str, str, Any]]:
    """Return every operation on credentials, with what would do it."""
    robot = make_robot("acme", by=world.olga)
    secret = make_secret(robot, by=world.olga).secret
    token = make_token(world.olga).token
    return [
        ("GET", "user/tokens", None),
        ("POST", "user/tokens", WANTED),
        ("DELETE", f"user/tokens/{token.pk}", None),
        ("POST", f"user/tokens/{token.pk}/rotate", None),
        ("GET", "user/robots", None),
        ("GET", "organizations/acme/robots", None),
        ("POST", "user/robots", {"name": "new"}),
        ("POST", "organizations/acme/robots", {"name": "new"}),
        ("GET", "robots/acme+ci", None),
        ("PATCH", "robots/acme+ci", {"enabled": False}),
        ("DELETE", "robots/acme+ci", None),
        ("POST", "robots/acme+ci/secrets", {"expires_at": None}),
        ("DELETE", f"robots/acme+ci/secrets/{secret.pk}", None),
        ("POST", f"robots/acme+ci/secrets/{secret.pk}/rotate", {"overlap_hours": 0}),
    ]


def kept() -> tuple[Any, ...]:
    """Return what none of the operations may have changed."""
    return (
        list(PersonalAccessToken.objects.order_by("pk").values("pk", "revoked_at")),
        list(RobotAccount.objects.order_by("pk").values("pk", "disabled_at")),
        list(RobotSecret.objects.order_by("pk").values("pk", "revoked_at", "expires_at")),
    )


@pytest.mark.parametrize("kind", ["widest token", "robot", "password", "nobody"])
@pytest.mark.parametrize("transport", ["Basic", "Bearer"])
def test_no_credential_lists_makes_or_changes_credentials(
    world: World, client: Client, kind: str, transport: str
) -> None:
    asked = operations(world)
    boss = make_robot("acme", "boss", by=world.olga, may_create=True)
    make_grant(world.app, boss, Role.ADMIN)
    login, secret = {
        "widest token": ("olga", make_token(world.olga, "*", api_parts=EVERY_PART).value),
        "robot": ("acme+boss", make_secret(boss, by=world.olga).value),
        "password": ("olga", "a long quiet river"),
        "nobody": ("", ""),
    }[kind]
    header = basic(login, secret) if transport == "Basic" else f"Bearer {secret}"
    before = kept()
    for method, path, body in asked:
        status = send(client, method, path, body, Authorization=header).status_code
        assert status in {401, 403}, (method, path)
    assert kept() == before


def test_what_makes_a_secret_needs_a_recent_log_in_and_what_ends_one_none(
    world: World, client: Client
) -> None:
    """As on the pages: a session that somebody left open makes no credentials."""
    asked = operations(world)
    client.force_login(world.olga)
    for method, path, body in asked:
        if method == "POST":
            answer = send(client, method, path, body)
            assert answer.status_code == 403, path
            assert "accounts/reauthenticate" in answer.json()["detail"]
    assert PersonalAccessToken.objects.count() == RobotSecret.objects.count() == 1
    for method, path, body in asked:
        if method in {"GET", "PATCH"}:
            assert send(client, method, path, body).status_code == 200, path
    assert send(client, "PATCH", "robots/acme+ci", {"enabled": True}).status_code == 403
    assert RobotAccount.objects.get().disabled_at
    for method, path, body in reversed(asked):
        if method == "DELETE" and path != "robots/acme+ci":
            assert send(client, method, path, body).status_code == 204, path
    assert not PersonalAccessToken.objects.usable().exists()
    assert not RobotSecret.objects.usable().exists()


def test_a_token_opens_the_parts_it_names_and_no_other(world: World, client: Client) -> None:
    reader = make_token(world.alice, "*", api_parts=["profile:read"])
    other = make_token(world.alice, "*", api_parts=["organizations:read"])
    for made, expected in ((reader, 200), (other, 403)):
        header = {"Authorization": f"Bearer {made.value}"}
        assert client.get("/api/v1/user", headers=header).status_code == expected


def test_a_refused_token_hears_what_it_lacks(world: World, client: Client) -> None:
    made = make_token(world.alice, "*", api_parts=["organizations:read"])
    header = {"Authorization": f"Bearer {made.value}"}
    for path, said in (
        ("user", "lacks the part profile:read"),
        ("repositories", "lacks the part repositories:read"),
        ("user/tokens", "no access token or password does it"),
    ):
        assert said in client.get(f"/api/v1/{path}", headers=header).json()["detail"], path


def test_a_robots_secret_is_no_way_into_peoples_affairs(world: World, client: Client) -> None:
    made = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    header = {"Authorization": f"Bearer {made.value}"}
    assert client.get("/api/v1/user", headers=header).status_code == 403


def test_an_owner_makes_a_robot_and_everything_about_it(world: World, olga: Client) -> None:
    body = {"name": "ci", "responsible": "mila", "description": "builds"}
    made = send(olga, "POST", "organizations/acme/robots", body)
    assert (made.status_code, made.json()["name"]) == (201, "acme+ci")
    first = send(olga, "POST", "robots/acme+ci/secrets", {"label": "x", "expires_at": None}).json()
    assert use_robot_secret(first["secret"], login="acme+ci", address="").robot
    path = f"robots/acme+ci/secrets/{first['details']['id']}"
    second = send(olga, "POST", f"{path}/rotate", {"overlap_hours": 1})
    assert second.status_code == 201
    assert send(olga, "DELETE", path).status_code == 204
    shown = olga.get("/api/v1/robots/acme+ci").json()
    assert [row["begins_with"] for row in shown["secrets"]] == [second.json()["secret"][:20]]
    changed = send(olga, "PATCH", "robots/acme+ci", {"enabled": False}).json()
    assert (changed["enabled"], changed["responsible"]) == (False, "mila")
    assert send(olga, "DELETE", "robots/acme+ci").status_code == 204
    assert not RobotAccount.objects.exists()


def test_a_robot_is_made_together_with_its_first_secret(world: World, olga: Client) -> None:
    body = {"name": "ci", "secret": {"label": "x", "expires_at": None}}
    made = send(olga, "POST", "organizations/acme/robots", body).json()
    assert [row["label"] for row in made["secrets"]] == ["x"]
    secret = made["new_secret"]
    assert use_robot_secret(secret["secret"], login="acme+ci", address="").robot
    assert "new_secret" not in olga.get("/api/v1/robots/acme+ci").json()


def test_where_the_secret_is_refused_there_is_no_robot(world: World, olga: Client) -> None:
    body = {"name": "ci", "secret": {"label": "x", "expires_at": "2020-01-01T00:00:00Z"}}
    assert send(olga, "POST", "user/robots", body).status_code == 400
    assert not RobotAccount.objects.exists()


@pytest.mark.parametrize(
    ("secret", "statuses"), [(None, [201, 201]), ({"expires_at": None}, [201, 409])]
)
def test_a_robot_that_is_asked_for_twice_is_made_once_and_its_secret_shown_once(
    world: World, olga: Client, secret: object, statuses: list[int]
) -> None:
    body = {"name": "ci", "secret": secret}
    told = [send(olga, "POST", "user/robots", body, **{"Idempotency-Key": "k"}) for _ in range(2)]
    assert [answer.status_code for answer in told] == statuses
    assert RobotSecret.objects.count() == bool(secret)


@pytest.mark.parametrize("who", ["mia", "alice"])
def test_robots_are_found_by_owners_alone(world: World, client: Client, who: str) -> None:
    asked = operations(world)
    person = world.person(who)
    assert person
    client.force_login(person)
    confirm(client)
    before = kept()
    for method, path, body in asked:
        if path.startswith(("robots", "organizations")):
            assert send(client, method, path, body).status_code == 404, (method, path)
    assert kept() == before


def test_secrets_of_other_robots_are_not_found_under_ones_own(world: World, olga: Client) -> None:
    make_organization("umbra", owner=world.alice)
    theirs = make_secret(make_robot("umbra", by=world.alice), by=world.alice).secret
    make_robot("acme", by=world.olga)
    before = kept()
    path = f"robots/acme+ci/secrets/{theirs.pk}"
    assert send(olga, "DELETE", path).status_code == 404
    assert send(olga, "POST", f"{path}/rotate", {"overlap_hours": 0}).status_code == 404
    assert kept() == before


@pytest.mark.parametrize("field", ["namespace", "id", "disabled_at", "full_name", "secrets"])
def test_other_fields_of_a_robot_cannot_be_written(world: World, olga: Client, field: str) -> None:
    make_robot("acme", by=world.olga)
    rows = list(RobotAccount.objects.values())
    send(olga, "PATCH", "robots/acme+ci", {field: 1})
    assert list(RobotAccount.objects.values()) == rows


@pytest.mark.parametrize(
    "path", ["repositories/acme/app/-/grants", "organizations/acme/default-grants"]
)
def test_no_token_widens_what_a_robot_may(world: World, client: Client, path: str) -> None:
    """Else a stolen token would outlive itself in a robot's secret."""
    make_robot("acme", by=world.olga)
    made = make_token(world.olga, "*", api_parts=EVERY_PART)
    header = {"Authorization": f"Bearer {made.value}"}
    counts = AccessGrant.objects.count(), DefaultGrant.objects.count()
    answer = send(client, "PUT", f"{path}/robots/ci", {"role": "admin"}, **header)
    assert answer.status_code == 403
    assert (AccessGrant.objects.count(), DefaultGrant.objects.count()) == counts
    client.force_login(world.olga)
    assert send(client, "PUT", f"{path}/robots/ci", {"role": "admin"}).status_code == 200


@pytest.mark.parametrize("actions", [[], ["push"], ["push", "delete"]])
def test_what_a_token_changes_by_the_api_needs_its_part_and_its_actions(
    world: World, client: Client, actions: list[str]
) -> None:
    """A token that may only pull changes nothing of a repository, whatever part it has."""
    parts = EVERY_PART if actions != ["push", "delete"] else ["repositories:read"]
    made = make_token(world.olga, "*", actions=actions, api_parts=parts)
    header = {"Authorization": f"Bearer {made.value}"}
    before = list(AccessGrant.objects.order_by("pk").values())
    path = "repositories/acme/app/-/grants"
    for method in ("PUT", "DELETE"):
        answer = send(client, method, f"{path}/teams/devs", {"role": "admin"}, **header)
        assert answer.status_code == 403, method
    assert list(AccessGrant.objects.order_by("pk").values()) == before


def test_a_robot_gives_nobody_a_role(world: World, client: Client) -> None:
    boss = make_robot("acme", "boss", by=world.olga)
    make_grant(world.app, boss, Role.ADMIN)
    made = make_secret(boss, by=world.olga)
    count = AccessGrant.objects.count()
    body = {"user": "bobby", "role": "admin"}
    for path in ("repositories/acme/app/grants", "repositories/acme/app/-/grants"):
        header = f"Bearer {made.value}"
        status = send(client, "POST", path, body, Authorization=header).status_code
        assert status in {403, 404, 405}
    assert AccessGrant.objects.count() == count


@pytest.mark.parametrize("name", ["bobby", "newt", "dave", "nobody"])
def test_who_looks_after_a_robot_does_not_tell_who_has_an_account(alice: Client, name: str) -> None:
    answer = send(alice, "POST", "user/robots", {"name": "ci", "responsible": name})
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"responsible": ["There is no such member."]}


@pytest.mark.parametrize(
    ("pattern", "actions", "status"),
    [
        ("olga/x", ("push", "delete"), 403),
        ("acme/web-*", ("push", "delete"), 403),
        ("acme/*", ("push",), 403),
        ("acme/*", ("push", "delete"), 200),
    ],
)
def test_a_narrow_token_lets_nobody_else_at_other_repositories(
    world: World, client: Client, pattern: str, actions: tuple[str, ...], status: int
) -> None:
    """Who may put people into teams gets at all that the teams may reach (case 16)."""
    made = make_token(world.olga, pattern, actions=actions, api_parts=EVERY_PART)
    header = f"Bearer {made.value}"
    answers = [
        send(client, method, f"organizations/acme{path}", body, Authorization=header).status_code
        for method, path, body in (
            ("PUT", "/teams/devs/members/rita", {}),
            ("PATCH", "", {"members_may_create": True}),
        )
    ]
    assert answers == [status, status]
    body = {"invitee": "bobby", "team": "devs"}
    invited = send(client, "POST", "organizations/acme/invitations", body, Authorization=header)
    assert invited.status_code == (201 if status == 200 else 403)
    is_in = TeamMembership.objects.filter(membership__user=world.rita, team__name="devs").exists()
    assert (is_in, Invitation.objects.exists()) == ((status == 200,) * 2)


def test_a_narrow_token_of_a_maintainer_fills_no_team(world: World, client: Client) -> None:
    TeamMembership.objects.filter(membership__user=world.mia).update(is_maintainer=True)
    made = make_token(world.mia, "mila/x", api_parts=EVERY_PART)
    path, header = "organizations/acme/teams/devs/members/rita", f"Bearer {made.value}"
    assert send(client, "PUT", path, {}, Authorization=header).status_code == 403


def test_a_narrow_token_reviews_what_it_reaches(world: World, client: Client) -> None:
    path = "organizations/acme/access"
    for pattern, count in (("olga/x", 0), ("acme/*", 1)):
        made = make_token(world.olga, pattern, api_parts=EVERY_PART)
        answer = send(client, "GET", path, Authorization=f"Bearer {made.value}")
        assert len({row["repository"] for row in answer.json()["results"]}) == count
