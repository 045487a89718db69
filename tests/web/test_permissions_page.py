"""The permissions page, the organization's review, its exports, and default permissions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.limits import EXPORTS
from accounts.models import AuditEvent, Namespace, RobotAccount, Visibility
from accounts.principals import Principal
from accounts.token_limits import TokenLimits
from index.errors import Denied
from index.flows.change_default_grants import give_by_default, stop_giving_by_default
from index.flows.create_repository import create_repository
from index.flows.rename_namespace import rename_organization
from index.models import AccessGrant, DefaultGrant
from index.names import parse_repository_name
from index.policy import allowed_actions
from index.roles import Role
from tests.conftest import World
from tests.factories import make_grant, make_organization, make_repository, make_team, make_user

AtMost = Callable[..., AbstractContextManager[Any]]


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def test_each_way_in_is_shown_with_its_source(world: World, client: Client) -> None:
    make_grant(world.app, world.bob, Role.READER)
    client.force_login(world.olga)
    page = text(client, "/r/acme/app/-/access")
    for words in ("Owner of the namespace", "Team devs", "Given directly", "Outside collaborator"):
        assert words in page


@pytest.mark.parametrize(("who", "status"), [("bob", 404), ("rita", 403), ("mia", 403)])
def test_only_admins_see_it(world: World, client: Client, who: str, status: int) -> None:
    client.force_login(getattr(world, who))
    for path in ("", "/export/csv", "/export/json"):
        assert client.get(f"/r/acme/app/-/access{path}").status_code == status
        assert client.get(f"/o/acme/-/access{path}").status_code == status


def test_a_name_in_capitals_is_told_apart(world: World, client: Client) -> None:
    client.force_login(world.alice)
    response = client.post(
        "/r/alice/priv/-/settings/grants", {"username": "Bobby", "role": "reader"}
    )
    page = response.content.decode()
    assert "User names have no capital letters" in page
    assert "Error: Permissions of alice/priv" in page


def test_a_team_and_a_robot_get_a_role_until_a_day(world: World, client: Client) -> None:
    RobotAccount.objects.create(namespace=Namespace.objects.get(name="acme"), name="ci")
    other = make_repository("acme/other")
    client.force_login(world.olga)
    for grantee in ("team:devs", "robot:ci"):
        client.post(
            "/r/acme/other/-/settings/grants",
            {"grantee": grantee, "role": "writer", "until": "2100-01-31"},
        )
    ends = {grant.expires_at.isoformat() for grant in other.grants.all() if grant.expires_at}
    assert (other.grants.count(), ends) == (2, {"2100-01-31T23:59:59+00:00"})


def test_a_team_of_another_organization_cannot_be_chosen(world: World, client: Client) -> None:
    make_team(make_organization("umbra", owner=world.bob), "spies")
    client.force_login(world.olga)
    client.post("/r/acme/app/-/settings/grants", {"grantee": "team:spies", "role": "admin"})
    assert world.app.grants.count() == 2


def test_the_export_defuses_formulas(world: World, client: Client) -> None:
    team = make_team(world.acme, "=cmd|' /C calc'!A0", world.rita)
    make_grant(world.app, team, Role.READER)
    client.force_login(world.olga)
    response = client.get("/o/acme/-/access/export/csv")
    cells = [cell for row in csv.reader(io.StringIO(response.content.decode())) for cell in row]
    assert "'=cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert client.get("/o/acme/-/access/export/xml").status_code == 404


def test_the_json_export_has_every_row(world: World, client: Client) -> None:
    client.force_login(world.olga)
    rows = client.get("/o/acme/-/access/export/json").json()["access"]
    assert {(row["holder"], row["role"], row["source"]) for row in rows} == {
        ("olga", "admin", "owner"),
        ("acme/devs", "writer", "grant"),
        ("acme/readers", "reader", "grant"),
        ("mila", "writer", "team"),
        ("rita", "reader", "team"),
    }


@pytest.mark.parametrize(
    ("query", "holders"),
    [
        ("holder=mil", {"mila"}),
        ("role=reader&source=team", {"rita"}),
        ("source=owner", {"olga"}),
        ("repository=nothing", set()),
    ],
)
def test_the_review_is_filtered(
    world: World, client: Client, query: str, holders: set[str]
) -> None:
    client.force_login(world.olga)
    rows = client.get(f"/api/v1/organizations/acme/access?{query}").json()["results"]
    assert {row["holder"] for row in rows} == holders
    assert client.get(f"/o/acme/-/access?{query}").status_code == 200


def test_a_role_that_there_is_not_filters_nothing_on_the_page_and_is_refused_to_programs(
    world: World, client: Client
) -> None:
    client.force_login(world.olga)
    assert "rita" in client.get("/o/acme/-/access?role=everything&holder=rita").content.decode()
    answer = client.get("/api/v1/organizations/acme/access?role=everything")
    assert (answer.status_code, answer.json()["codes"]) == (400, {"role": ["invalid-choice"]})


def test_a_review_is_confirmed_with_who_and_when(world: World, client: Client) -> None:
    client.force_login(world.olga)
    for path in ("/o/acme", "/r/acme/app"):
        client.post(f"{path}/-/access/confirm", {"note": "<i>all fine</i>"})
        assert "&lt;i&gt;all fine&lt;/i&gt;" in text(client, f"{path}/-/access")
    assert AuditEvent.objects.filter(actor_name="olga", action__endswith="reviewed").count() == 2


def test_a_stranger_confirms_nothing(world: World, client: Client) -> None:
    client.force_login(world.rita)
    assert client.post("/o/acme/-/access/confirm", {"note": "fine"}).status_code == 403
    assert not AuditEvent.objects.exists()


def test_the_number_of_queries_does_not_grow(
    world: World, client: Client, django_assert_max_num_queries: AtMost
) -> None:
    for number in range(12):
        repository = make_repository(f"acme/app{number}", visibility=Visibility.PUBLIC)
        make_grant(repository, make_user(f"guest{number}"), Role.READER)
    client.force_login(world.olga)
    with django_assert_max_num_queries(24):
        assert client.get("/o/acme/-/access").status_code == 200
    with django_assert_max_num_queries(30):
        assert client.get("/r/acme/app/-/access").status_code == 200


def test_new_repositories_start_with_the_defaults(world: World, client: Client) -> None:
    client.force_login(world.olga)
    client.post("/o/acme/-/defaults/add", {"grantee": "team:devs", "role": "writer"})
    assert "acme/devs" in text(client, "/o/acme/-/defaults")
    created = create_repository(parse_repository_name("acme/new"), by=Principal(world.olga))
    assert allowed_actions(Principal(world.mia), created).role is Role.WRITER
    default = DefaultGrant.objects.get()
    client.post(f"/o/acme/-/defaults/{default.pk}/delete")
    assert not DefaultGrant.objects.exists()
    assert AccessGrant.objects.filter(repository=created).exists()


def test_a_default_of_another_organization_is_not_found(world: World, client: Client) -> None:
    umbra = make_organization("umbra", owner=world.bob)
    default = DefaultGrant.objects.create(
        namespace=Namespace.objects.get(name="acme"),
        team=make_team(world.acme, "more"),
        role=Role.READER,
    )
    client.force_login(world.bob)
    assert client.post(f"/o/umbra/-/defaults/{default.pk}/delete").status_code == 404
    assert client.post(f"/o/acme/-/defaults/{default.pk}/delete").status_code == 404
    assert DefaultGrant.objects.filter(pk=default.pk).exists()
    assert umbra.name == "umbra"


def test_members_who_may_create_are_offered_the_organization(world: World, client: Client) -> None:
    client.force_login(world.mia)
    assert 'value="acme"' not in text(client, "/new")
    world.acme.members_may_create = True
    world.acme.save()
    assert 'value="acme"' in text(client, "/new")
    assert 'value="acme"' not in text(client, "/settings/namespace")
    client.post("/new", {"namespace": "acme", "name": "mine", "visibility": "private"})
    assert allowed_actions(Principal(world.mia), world.app).role is Role.WRITER
    assert AccessGrant.objects.get(user=world.mia, role=Role.ADMIN).repository.name == "acme/mine"


def test_the_review_is_found_under_the_name_of_today(world: World, client: Client) -> None:
    client.force_login(world.olga)
    for path in ("/o/acme", "/r/acme/app"):
        client.post(f"{path}/-/access/confirm", {"note": "all fine"})
    rename_organization(world.acme, to="globex", by=Principal(world.olga))
    for path in ("/o/globex", "/r/globex/app"):
        assert "all fine" in text(client, f"{path}/-/access")
    make_repository("globex/other")
    assert "all fine" not in text(client, "/r/globex/other/-/access")


@pytest.mark.parametrize(
    "path",
    ["/o/acme/-/access", "/o/acme/-/access/export/csv", "/api/v1/organizations/acme/access"],
)
def test_500_repositories_take_no_more_queries_than_one(
    world: World, client: Client, path: str
) -> None:
    client.force_login(world.olga)
    text(client, path)
    with CaptureQueriesContext(connection) as of_one:
        text(client, path)
    for number in range(500):
        repository = make_repository(f"acme/app{number}", registry=world.east)
        make_grant(repository, world.bob, Role.READER)
    with CaptureQueriesContext(connection) as of_many:
        text(client, path)
    assert (
        len(of_many) <= len(of_one) + 2
    )  # the second page, and whether somebody outside has factors


def test_the_page_of_a_team_leads_to_its_roles(world: World, client: Client) -> None:
    client.force_login(world.olga)
    link = "/o/acme/-/access?holder=acme%2Fdevs"
    assert f'href="{link}"' in text(client, "/o/acme/-/teams/devs")
    found = text(client, link)
    assert ">acme/devs" in found.replace("\n", "").replace("  ", "")
    assert "acme/readers" not in found
    client.force_login(world.mia)
    assert "/-/access" not in text(client, "/o/acme/-/teams/devs")


@pytest.mark.parametrize(
    ("patterns", "actions"),
    [(("acme/app",), {"pull", "push", "delete"}), (("*",), {"pull", "push"})],
)
def test_a_token_that_reaches_less_than_all_changes_no_defaults(
    world: World, patterns: tuple[str, ...], actions: set[str]
) -> None:
    limits = TokenLimits(patterns, frozenset(actions), frozenset({"organizations:write"}))
    with pytest.raises(Denied):
        give_by_default(
            world.acme.namespace,
            to=world.acme.teams.get(name="devs"),
            role=Role.ADMIN,
            by=Principal(world.olga, limits=limits),
        )
    assert not DefaultGrant.objects.exists()


def test_a_token_for_the_whole_namespace_changes_defaults(world: World) -> None:
    limits = TokenLimits(("acme/*",), frozenset({"pull", "push", "delete"}), frozenset())
    by = Principal(world.olga, limits=limits)
    devs = world.acme.teams.get(name="devs")
    stop_giving_by_default(
        give_by_default(world.acme.namespace, to=devs, role=Role.READER, by=by), by=by
    )
    assert not DefaultGrant.objects.exists()


def test_an_admin_of_one_repository_exports_that_one_alone(world: World, client: Client) -> None:
    make_repository("acme/secret-plan")
    make_grant(world.app, world.bob, Role.ADMIN)
    client.force_login(world.bob)
    for address in ("/r/acme/app/-/access", "/r/acme/app/-/access?repository=secret"):
        assert "secret-plan" not in text(client, address)
    for kind in ("csv", "json"):
        assert "secret-plan" not in text(client, f"/r/acme/app/-/access/export/{kind}")
        assert client.get(f"/o/acme/-/access/export/{kind}").status_code == 404
    assert client.get("/api/v1/organizations/acme/access").status_code == 404
    assert "secret-plan" not in text(client, "/api/v1/repositories/acme/app/-/access")


@pytest.mark.parametrize("address", ["/o/acme/-/access", "/r/acme/app/-/access"])
def test_exports_are_counted(world: World, client: Client, address: str) -> None:
    client.force_login(world.olga)
    for _ in range(EXPORTS.events):
        assert client.get(f"{address}/export/json").status_code == 200
    response = client.get(f"{address}/export/csv", follow=True)
    assert response.redirect_chain == [(address, 302)]
    assert "Too many exports lately" in response.content.decode()
