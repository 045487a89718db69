"""Personal access tokens and robots at /token and behind it."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.flows.personal_access_tokens import revoke_token
from accounts.flows.robot_accounts import delete_robot, set_enabled
from accounts.flows.robot_secrets import revoke_secret
from accounts.models import PersonalAccessToken, RobotSecret
from accounts.principals import Principal
from index.roles import Role
from index.subjects import principal_from_subject
from search.upkeep import apply_changes
from tests.clients import ask_route, basic, claims_of, granted
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE, make_grant
from tests.machines import make_robot, make_secret, make_token
from tokenauth.models import RefreshToken

FORM = "application/x-www-form-urlencoded"
PULL_APP = "repository:acme/app:pull"
ALL_APP = "repository:acme/app:pull,push,delete"


def ask(client: Client, login: str, secret: str, *scopes: str, **query: str) -> Any:
    """Ask for a token with Basic."""
    return client.get(
        "/token",
        {"service": SERVICE, "scope": list(scopes), **query},
        headers={"Authorization": basic(login, secret)},
    )


def post(client: Client, login: str, secret: str, *scopes: str) -> Any:
    """Ask for a token with the password grant, and for an identity token."""
    form = {
        "grant_type": "password",
        "service": SERVICE,
        "client_id": "docker",
        "username": login,
        "password": secret,
        "access_type": "offline",
        "scope": list(scopes),
    }
    return client.post("/token", urlencode(form, doseq=True), FORM)


def words_of(response: Any) -> str:
    """Return what docker prints."""
    return str(response.json()["errors"][0]["message"])


@pytest.mark.parametrize("door", [ask, post])
def test_a_narrow_token_gets_pull_on_its_repository_alone(
    world: World, client: Client, door: Any
) -> None:
    made = make_token(world.olga, "acme/app", actions=())
    response = door(client, "olga", made.value, ALL_APP, "repository:acme/new:push")
    assert granted(response) == {"acme/app": ["pull"]}
    assert not response.cookies


def test_what_is_public_stays_pullable_with_any_token(world: World, client: Client) -> None:
    made = make_token(world.olga, "acme/app", actions=("push",))
    response = ask(client, "olga", made.value, "repository:alice/pub:pull,push")
    assert granted(response) == {"alice/pub": ["pull"]}


def test_a_token_gives_nothing_that_its_owner_has_not(world: World, client: Client) -> None:
    made = make_token(world.rita, "*")
    assert granted(ask(client, "rita", made.value, ALL_APP)) == {"acme/app": ["pull"]}


def test_a_pattern_lets_a_first_push_begin(world: World, client: Client) -> None:
    made = make_token(world.olga, "acme/web-*", actions=("push",))
    response = ask(
        client, "olga", made.value, "repository:acme/web-1:pull,push", "repository:acme/db:push"
    )
    assert granted(response) == {"acme/web-1": ["pull", "push"]}


@pytest.mark.parametrize("door", [ask, post])
def test_no_identity_token_is_given_for_a_token_or_a_robot(
    world: World, client: Client, door: Any
) -> None:
    robot = make_robot("acme", by=world.olga)
    token, secret = make_token(world.olga).value, make_secret(robot, by=world.olga).value
    for login, value in (("olga", token), ("acme+ci", secret)):
        query = {"offline_token": "true"} if door is ask else {}
        body = door(client, login, value, **query).json()
        assert "access_token" in body
        assert "refresh_token" not in body
    assert not RefreshToken.objects.exists()
    assert "refresh_token" in ask(client, "olga", PASSWORD, offline_token="true").json()


def test_a_token_cannot_be_exchanged_as_if_it_were_an_identity_token(
    world: World, client: Client
) -> None:
    made = make_token(world.olga)
    form = {"grant_type": "refresh_token", "service": SERVICE, "refresh_token": made.value}
    assert client.post("/token", urlencode(form), FORM).status_code == 401


def test_a_token_in_the_address_is_no_credential(world: World, client: Client) -> None:
    made = make_token(world.olga)
    response = client.get(
        "/token", {"service": SERVICE, "access_token": made.value, "scope": PULL_APP}
    )
    assert claims_of(response)["sub"] == ""
    assert granted(response) == {}


def test_the_access_token_says_what_proved_its_subject(world: World, client: Client) -> None:
    made = make_token(world.olga)
    claims = claims_of(ask(client, "olga", made.value))
    token = f"token:{made.token.pk}"
    assert (claims["sub"], claims["via"]) == (f"user:{world.olga.pk}/{token}", token)
    assert "via" not in claims_of(ask(client, "olga", PASSWORD))


@pytest.mark.parametrize("login", ["alice", "OLGA", "acme", "acme+ci", "alice@example.com", ""])
def test_a_token_is_good_for_its_owners_names_alone(
    world: World, client: Client, login: str
) -> None:
    made = make_token(world.olga)
    assert ask(client, login, made.value).status_code == 401


def test_a_proven_address_is_one_of_the_owners_names(world: World, client: Client) -> None:
    made = make_token(world.olga)
    assert ask(client, "olga@example.com", made.value).status_code == 200


def test_another_account_parameter_is_refused(world: World, client: Client) -> None:
    made = make_token(world.olga)
    assert ask(client, "olga", made.value, account="alice").status_code == 401


def test_whoever_has_a_plus_in_the_address_is_no_robot(world: World, client: Client) -> None:
    address = world.alice.emailaddress_set.get()
    address.email = "alice+docker@example.com"
    address.save()
    assert ask(client, "alice+docker@example.com", PASSWORD).status_code == 200


@pytest.mark.parametrize("change", ["revoked", "expired", "disabled", "unverified"])
def test_an_ended_token_is_refused_and_says_why(world: World, client: Client, change: str) -> None:
    made = make_token(world.olga, expires_at=timezone.now() + timedelta(days=30))
    later = timezone.now() + timedelta(days=31 if change == "expired" else 0, seconds=1)
    if change == "revoked":
        revoke_token(made.token, by=Principal(world.olga))
    elif change == "disabled":
        type(world.olga).objects.filter(pk=world.olga.pk).update(is_active=False)
    elif change == "unverified":
        world.olga.emailaddress_set.update(verified=False)
    with time_machine.travel(later, tick=False):
        response = ask(client, "olga", made.value, PULL_APP)
    assert response.status_code == 401
    expected = "not verified" if change == "unverified" else change
    assert expected in words_of(response)
    assert len(words_of(response)) <= 200
    assert words_of(response).isascii()
    assert made.value not in response.content.decode()


def test_nobody_learns_anything_with_half_a_token(world: World, client: Client) -> None:
    made = make_token(world.olga)
    revoke_token(made.token, by=Principal(world.olga))
    real = make_token(world.alice).value
    forged = f"{real[:40]}{'0' if real[40] != '0' else '1'}{real[41:]}"
    unknown = ask(client, "olga", forged)
    selector_only = ask(client, "olga", f"{made.token.public_part}_{'0' * 64}_00000000")
    assert words_of(unknown) == words_of(selector_only)
    assert unknown.status_code == selector_only.status_code == 401


def test_a_token_works_from_its_networks_alone(world: World, client: Client) -> None:
    made = make_token(world.olga, networks=["203.0.113.0/24"])
    refused = ask(client, "olga", made.value)
    client.defaults["REMOTE_ADDR"] = "203.0.113.9"
    assert (refused.status_code, ask(client, "olga", made.value).status_code) == (401, 200)
    assert "may not be used from 127.0.0.1" in words_of(refused)


def test_a_token_is_found_by_one_query_however_many_there_are(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    made = [make_token(world.olga) for _ in range(20)]
    ask(client, "olga", made[7].value)  # the first use is written down
    with django_assert_num_queries(1):  # another request: the first one is remembered
        assert ask(client, "olga", made[7].value, "repository:acme/app:pull").status_code == 200


def test_the_last_use_is_kept_to_the_minute(world: World, client: Client) -> None:
    made = make_token(world.olga)
    with time_machine.travel("2026-06-01 12:00:00Z", tick=False) as clock:
        ask(client, "olga", made.value)
        clock.shift(30)
        client.defaults["REMOTE_ADDR"] = "203.0.113.9"
        ask(client, "olga", made.value)
        token = PersonalAccessToken.objects.get(pk=made.token.pk)
        assert (str(token.last_used_at), token.last_used_address) == (
            "2026-06-01 12:00:00+00:00",
            "127.0.0.1",
        )
        clock.shift(31)
        ask(client, "olga", made.value)
        assert PersonalAccessToken.objects.get(pk=made.token.pk).last_used_address == "203.0.113.9"


def test_wrong_passwords_do_not_lock_tokens_out(world: World, client: Client) -> None:
    made = make_token(world.olga)
    for _ in range(12):
        ask(client, "olga", "a wrong password")
    assert ask(client, "olga", PASSWORD).status_code == 429
    assert ask(client, "olga", made.value).status_code == 200


def test_a_password_change_leaves_tokens_alone(world: World, client: Client) -> None:
    made = make_token(world.olga)
    world.olga.set_password("another quiet river")
    world.olga.save()
    assert ask(client, "olga", made.value).status_code == 200


def test_an_administrators_narrow_token_lists_no_catalog(world: World, client: Client) -> None:
    made = make_token(world.root, "*", actions=())
    response = ask(client, "rooty", made.value, "registry:catalog:*")
    assert claims_of(response)["access"] == []


# --- robots ---------------------------------------------------------------------------------


def test_a_robot_may_what_it_was_granted(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    made = make_secret(robot, by=world.olga)
    assert granted(ask(client, "acme+ci", made.value, ALL_APP)) == {}
    make_grant(world.app, robot, Role.WRITER)
    assert granted(ask(client, "acme+ci", made.value, ALL_APP)) == {"acme/app": ["pull", "push"]}


def test_a_robot_creates_repositories_only_if_it_may(world: World, client: Client) -> None:
    scope = "repository:acme/new:pull,push"
    for name, may_create in (("ci", True), ("cd", False)):
        robot = make_robot("acme", name, by=world.olga, may_create=may_create)
        made = make_secret(robot, by=world.olga)
        response = ask(client, f"acme+{name}", made.value, scope, "repository:alice/x:push")
        assert granted(response) == ({"acme/new": ["pull", "push"]} if may_create else {})


@pytest.mark.parametrize(
    "login", ["acme", "olga", "acme+cd", "alice+ci", "+ci", "acme+", "acme+ci "]
)
def test_a_secret_is_good_for_its_robot_alone(world: World, client: Client, login: str) -> None:
    made = make_secret(make_robot("acme", by=world.olga), by=world.olga)
    assert ask(client, login, made.value).status_code == 401


def test_a_robots_old_name_serves_after_its_organization_was_renamed(
    world: World, client: Client
) -> None:
    robot = make_robot("acme", by=world.olga)
    made = make_secret(robot, by=world.olga)
    namespace = robot.namespace
    namespace.name = "emca"
    namespace.save()
    type(namespace).objects.create(name="acme", redirects_to=namespace)
    assert ask(client, "acme+ci", made.value).status_code == 200
    assert ask(client, "emca+ci", made.value).status_code == 200


def test_an_account_password_is_no_robots_secret(world: World, client: Client) -> None:
    make_robot("olga", by=world.olga)
    assert ask(client, "olga+ci", PASSWORD).status_code == 401


@pytest.mark.parametrize(
    "change", ["revoked", "disabled", "deleted", "holder disabled", "organization deleted"]
)
def test_a_robot_ends_at_once_everywhere(world: World, client: Client, change: str) -> None:
    robot = make_robot("olga" if change == "holder disabled" else "acme", by=world.olga)
    make_grant(world.app, robot, Role.READER)
    made = make_secret(robot, by=world.olga)
    token = ask(client, robot.full_name, made.value, PULL_APP).json()["token"]
    uri = "/v2/acme/app/manifests/latest"
    assert ask_route(client, "GET", uri, token=token).status_code == 204
    if change == "revoked":
        revoke_secret(made.secret, by=Principal(world.olga))
    elif change == "disabled":
        set_enabled(robot, enabled=False, by=Principal(world.olga))
    elif change == "deleted":
        delete_robot(robot, by=Principal(world.olga))
    elif change == "organization deleted":
        type(world.acme).objects.filter(pk=world.acme.pk).update(deleted_at=timezone.now())
    else:
        type(world.olga).objects.filter(pk=world.olga.pk).update(is_active=False)
    assert ask(client, robot.full_name, made.value, PULL_APP).status_code == 401
    assert ask_route(client, "GET", uri, token=token)["X-Waybill-Refusal-Status"] == "401"


def test_docker_hears_who_demands_a_second_factor_that_is_missing(
    world: World, client: Client
) -> None:
    type(world.acme).objects.filter(pk=world.acme.pk).update(requires_second_factor=True)
    refused = ask(client, "olga", PASSWORD, PULL_APP)
    assert "acme demands two factors: set one up at" in refused.content.decode()
    assert "uses two factors" not in refused.content.decode()


# --- the gateway --------------------------------------------------------------------------------


def test_the_gateway_refuses_what_a_revoked_token_had_got(world: World, client: Client) -> None:
    made = make_token(world.olga, "acme/app")
    token = ask(client, "olga", made.value, PULL_APP).json()["token"]
    uri = "/v2/acme/app/manifests/latest"
    assert ask_route(client, "GET", uri, token=token).status_code == 204
    revoke_token(made.token, by=Principal(world.olga))
    refused = ask_route(client, "GET", uri, token=token)
    assert refused["X-Waybill-Refusal-Status"] == "401"
    assert client.get("/v2/", headers={"Authorization": f"Bearer {token}"}).status_code == 401


def test_the_gateway_knows_the_limits_and_not_the_access_claim_alone(
    world: World, client: Client
) -> None:
    made = make_token(world.olga, "acme/app", actions=("push",))
    token = ask(client, "olga", made.value, ALL_APP).json()["token"]
    PersonalAccessToken.objects.update(actions=[])
    refused = ask_route(client, "POST", "/v2/acme/app/blobs/uploads/", token=token)
    assert refused["X-Waybill-Refusal-Status"] == "403"


def test_a_refusal_blames_the_access_token_and_not_the_owners(world: World, client: Client) -> None:
    made = make_token(world.olga, "acme/app", actions=())
    token = ask(client, "olga", made.value, ALL_APP).json()["token"]
    for method, uri, sentence in (
        ("POST", "/v2/acme/app/blobs/uploads/", "may pull but not push acme/app. Make one"),
        ("POST", "/v2/acme/priv/blobs/uploads/", "may not push to acme/priv: make one"),
        ("POST", "/v2/acme/ghost/blobs/uploads/", "may not push to acme/ghost: make one"),
        ("GET", "/v2/acme/priv/manifests/1", "may not see it. Another token?"),
        ("GET", "/v2/acme/ghost/manifests/1", "may not see it. Another token?"),
    ):
        message = ask_route(client, method, uri, token=token)["X-Waybill-Refusal-Body"]
        assert f"this access token of 'olga' {sentence}" in message
        assert "/settings/tokens" in message


def test_a_robot_is_sent_to_no_namespace_of_its_own(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    made = make_secret(robot, by=world.olga)
    token = ask(client, robot.full_name, made.value, "repository:acme/new:pull,push").json()[
        "token"
    ]
    refused = ask_route(client, "POST", "/v2/acme/new/blobs/uploads/", token=token)
    message = refused["X-Waybill-Refusal-Body"]
    assert "'acme+ci' may not push to acme/new: ask its owners to let it" in message
    assert "acme+ci/NAME" not in message


def test_a_secret_of_one_robot_proves_no_other(world: World, client: Client) -> None:
    first, second = (make_robot("acme", name, by=world.olga) for name in ("first", "second"))
    made = make_secret(first, by=world.olga)
    token = make_token(world.alice).token
    assert principal_from_subject(f"robot:{first.pk}", f"secret:{made.secret.pk}")
    for subject, proof in (
        (f"robot:{second.pk}", f"secret:{made.secret.pk}"),
        (f"user:{world.olga.pk}", f"token:{token.pk}"),
        (f"user:{world.alice.pk}", f"secret:{token.pk}"),
        (f"user:{world.alice.pk}", "token:"),
        (f"user:{world.alice.pk}", "other:1"),
    ):
        assert principal_from_subject(subject, proof) is None


# --- the other doors --------------------------------------------------------------------------


def test_v1_and_search_obey_the_limits(world: World, client: Client) -> None:
    made = make_token(world.alice, "alice/pub", actions=())
    header = {"Authorization": basic("alice", made.value)}
    assert client.get("/v1/users/", headers=header).status_code == 200
    assert client.get("/v1/repositories/alice/priv/images", headers=header).status_code == 404
    apply_changes()
    found = client.get("/v1/search?q=alice", headers=header).json()["results"]
    assert [row["name"] for row in found] == ["alice/pub"]
    assert client.delete("/v1/repositories/alice/pub/", headers=header).status_code == 403


def test_a_token_that_may_not_delete_deletes_no_repository(world: World, client: Client) -> None:
    made = make_token(world.alice, "alice/*", actions=("push",))
    header = {"Authorization": basic("alice", made.value)}
    assert client.delete("/v1/repositories/alice/priv/", headers=header).status_code == 403
    world.private.refresh_from_db()
    assert world.private.state == "active"


def test_no_token_changes_the_password_by_v1(world: World, client: Client) -> None:
    made = make_token(world.alice)
    response = client.put(
        "/v1/users/alice/",
        json.dumps({"password": "another quiet river"}),
        content_type="application/json",
        headers={"Authorization": basic("alice", made.value)},
    )
    world.alice.refresh_from_db()
    assert response.status_code == 403
    assert world.alice.check_password(PASSWORD)


def test_a_v1_token_of_a_robot_ends_with_the_robot(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    make_grant(world.app, robot, Role.WRITER)
    made = make_secret(robot, by=world.olga)
    path = "/v1/repositories/acme/app/images"
    headers = {"Authorization": basic("acme+ci", made.value), "X-Docker-Token": "true"}
    tokens = [client.get(path, headers=headers)["X-Docker-Token"] for _ in range(2)]
    auth = "/v1/repositories/acme/app/auth"
    assert client.put(auth, headers={"Authorization": f"Token {tokens[0]}"}).status_code == 200
    set_enabled(robot, enabled=False, by=Principal(world.olga))
    assert client.put(auth, headers={"Authorization": f"Token {tokens[1]}"}).status_code == 403


def test_the_database_keeps_no_usable_secret(world: World) -> None:
    robot = make_robot("acme", by=world.olga)
    token, secret = make_token(world.olga), make_secret(robot, by=world.olga)
    kept = str(list(PersonalAccessToken.objects.values())) + str(list(RobotSecret.objects.values()))
    for value in (token.value, secret.value):
        assert value.split("_")[2] not in kept
