"""Docker credentials at /token and behind it: no more than what they are made of, and no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.docker_credentials import LIFETIME
from accounts.flows.personal_access_tokens import revoke_token, rotate_token
from accounts.flows.robot_accounts import set_enabled
from accounts.flows.robot_secrets import revoke_secret
from accounts.models import AuditEvent, PersonalAccessToken, User
from accounts.opaque_tokens import OpaqueToken
from accounts.principals import Principal
from index.credential_words import in_words
from index.denial_list import denials_of, describe
from index.denials import write_now
from index.explanation.asked import Insight, find_asked
from index.flows.grant_access import revoke_access
from index.models import Repository
from index.roles import Role
from tests.clients import ask_route, claims_of, granted
from tests.conftest import World
from tests.factories import make_grant
from tests.machines import make_docker_credential, make_robot, make_secret, make_token
from tests.tokenauth.test_access_tokens_and_robots import ALL_APP, PULL_APP, ask, post, words_of
from tokenauth.models import RefreshToken

READ = "/v2/acme/app/manifests/latest"
NOW = datetime.fromisoformat("2026-06-01T12:00:00+00:00")


@pytest.mark.parametrize("door", [ask, post])
def test_it_gets_what_the_access_token_gets(world: World, client: Client, door: Any) -> None:
    made = make_token(world.olga, "acme/app", actions=("push",))
    short = make_docker_credential(made.value)
    wanted = (ALL_APP, "repository:acme/other:push")
    assert granted(door(client, "olga", short, *wanted)) == {"acme/app": ["pull", "push"]}


def test_it_gets_what_the_robot_gets(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    make_grant(world.app, robot, Role.READER)
    short = make_docker_credential(make_secret(robot, by=world.olga).value)
    assert granted(ask(client, "acme+ci", short, ALL_APP)) == {"acme/app": ["pull"]}


@pytest.mark.parametrize("door", [ask, post])
def test_it_gets_no_identity_token(world: World, client: Client, door: Any) -> None:
    short = make_docker_credential(make_token(world.olga).value)
    query = {"offline_token": "true"} if door is ask else {}
    assert "refresh_token" not in door(client, "olga", short, **query).json()
    assert not RefreshToken.objects.exists()


@pytest.mark.parametrize("login", ["alice", "OLGA", "acme+ci", ""])
def test_it_is_good_for_the_names_of_its_owner_alone(
    world: World, client: Client, login: str
) -> None:
    short = make_docker_credential(make_token(world.olga).value)
    assert ask(client, login, short).status_code == 401


def test_the_registry_token_says_what_it_was_made_of_and_how(world: World, client: Client) -> None:
    made = make_token(world.olga)
    claims = claims_of(ask(client, "olga", make_docker_credential(made.value)))
    via = f"docker-token:{made.token.pk}"
    assert (claims["sub"], claims["via"]) == (f"user:{world.olga.pk}/{via}", via)


def revoke(made: Any, olga: User) -> None:
    revoke_token(made.token, by=Principal(olga))


def renew(made: Any, olga: User) -> None:
    rotate_token(made.token, by=Principal(olga))


def expire(made: Any, olga: User) -> None:
    PersonalAccessToken.objects.filter(user=olga).update(expires_at=timezone.now())


def disable(made: Any, olga: User) -> None:
    User.objects.filter(pk=olga.pk).update(is_active=False)


@pytest.mark.parametrize("end", [revoke, renew, expire, disable])
def test_it_ends_with_the_access_token_and_so_does_what_was_got_with_it(
    world: World, client: Client, end: Callable[..., None]
) -> None:
    made = make_token(world.olga)
    short = make_docker_credential(made.value)
    token = ask(client, "olga", short, PULL_APP).json()["token"]
    assert ask_route(client, "GET", READ, token=token).status_code == 204
    end(made, world.olga)
    assert ask(client, "olga", short, PULL_APP).status_code == 401
    assert ask_route(client, "GET", READ, token=token)["X-Waybill-Refusal-Status"] == "401"


@pytest.mark.parametrize("end", ["revoked", "disabled"])
def test_it_ends_with_the_robots_secret(world: World, client: Client, end: str) -> None:
    robot = make_robot("acme", by=world.olga)
    make_grant(world.app, robot, Role.READER)
    made = make_secret(robot, by=world.olga)
    short = make_docker_credential(made.value)
    token = ask(client, "acme+ci", short, PULL_APP).json()["token"]
    if end == "revoked":
        revoke_secret(made.secret, by=Principal(world.olga))
    else:
        set_enabled(robot, enabled=False, by=Principal(world.olga))
    refused = ask(client, "acme+ci", short, PULL_APP)
    assert (refused.status_code, end in words_of(refused)) == (401, True)
    assert ask_route(client, "GET", READ, token=token)["X-Waybill-Refusal-Status"] == "401"


def test_a_right_that_was_lost_is_lost_for_it_too(world: World, client: Client) -> None:
    grant = make_grant(world.app, world.bob, Role.READER)
    short = make_docker_credential(make_token(world.bob).value)
    token = ask(client, "bobby", short, PULL_APP).json()["token"]
    assert ask_route(client, "GET", READ, token=token).status_code == 204
    revoke_access(grant, by=Principal(world.olga))
    assert granted(ask(client, "bobby", short, PULL_APP)) == {}
    assert ask_route(client, "GET", READ, token=token)["X-Waybill-Refusal-Status"] != "204"


def test_it_is_good_in_the_networks_of_the_access_token_alone(world: World, client: Client) -> None:
    made = make_token(world.olga)
    short = make_docker_credential(made.value)
    PersonalAccessToken.objects.filter(pk=made.token.pk).update(networks=["203.0.113.0/24"])
    assert "may not be used from 127.0.0.1" in words_of(ask(client, "olga", short))


def test_an_hour_later_it_is_refused_with_words_that_lead_on(world: World, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        short = make_docker_credential(make_token(world.olga).value)
        clock.shift(LIFETIME - timedelta(seconds=1))
        assert ask(client, "olga", short, PULL_APP).status_code == 200
        clock.shift(1)
        refused = ask(client, "olga", short, PULL_APP)  # what was decided is not remembered, either
    assert refused.status_code == 401
    assert words_of(refused).startswith(
        "this docker credential expired at 13:00 UTC: run the command again, "
        "and docker-credential-waybill brings another"
    )


def test_what_is_got_in_its_last_minute_ends_with_it(world: World, client: Client) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        short = make_docker_credential(make_token(world.olga).value)
        clock.shift(LIFETIME - timedelta(seconds=20))
        got = ask(client, "olga", short, PULL_APP)
        assert got.json()["expires_in"] == 20
        assert claims_of(got)["exp"] == (NOW + LIFETIME).timestamp()


def test_nobody_learns_of_the_access_token_with_a_forged_one(world: World, client: Client) -> None:
    made = make_token(world.olga)
    short = make_docker_credential(made.value)
    revoke(made, world.olga)
    signed = make_docker_credential(make_token(world.alice).value).split("_")[2]
    forged = OpaqueToken("wbk", short.split("_")[1], signed).value
    refused = ask(client, "olga", forged)
    assert words_of(refused).startswith("wrong user name or access token for 'olga'")


def test_it_costs_one_query_as_the_access_token_does(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    short = make_docker_credential(make_token(world.olga).value)
    ask(client, "olga", short)  # the kind of the key is known from now on
    with django_assert_num_queries(1):
        assert ask(client, "olga", short, PULL_APP).status_code == 200


def test_what_is_pushed_with_it_is_told_so(world: World, client: Client) -> None:
    made = make_token(world.olga)
    short = make_docker_credential(made.value)
    token = ask(client, "olga", short, "repository:acme/new:pull,push").json()["token"]
    pushed = ask_route(client, "POST", "/v2/acme/new/blobs/uploads/", token=token)
    assert pushed.status_code == 204
    event = AuditEvent.objects.get(action="repository:created")
    assert in_words([event.credential]) == {
        f"docker-token:{made.token.pk}": f"access token {made.token.public_part} (docker credential)"
    }


def test_what_was_denied_to_it_is_told_of_the_access_token(world: World, client: Client) -> None:
    made = make_token(world.rita)
    ask(client, "rita", make_docker_credential(made.value), ALL_APP)
    write_now()
    (row,) = describe(denials_of(Repository.objects.filter(pk=world.app.pk)))
    assert row.credential == f"access token {made.token.public_part} (docker credential)"
    assert f"who={made.token.public_part}" in row.explain_query
    found = find_asked(made.token.public_part, insight=Insight.REPOSITORY, repository=world.app)
    assert not found.is_nobody
