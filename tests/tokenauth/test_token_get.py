"""GET /token, as docker, podman, skopeo and crane use it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tests.clients import basic, claims_of, get_token, granted
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE, make_repository


def test_login_without_scope_gets_a_token_that_grants_nothing(world: World, client: Client) -> None:
    response = get_token(client, user=world.alice)
    assert claims_of(response)["access"] == []


def test_the_body_has_both_names_and_an_integer_lifetime_and_no_issued_at(
    world: World, client: Client
) -> None:
    body = get_token(client, user=world.alice).json()
    assert body["token"] == body["access_token"]
    assert body["expires_in"] == 300
    assert "issued_at" not in body


def test_the_answer_is_not_cached_and_sets_no_cookie(world: World, client: Client) -> None:
    response = get_token(client, user=world.alice)
    assert response["Cache-Control"] == "no-store"
    assert not response.cookies


def test_claims_are_integers_and_the_audience_is_one_string(world: World, client: Client) -> None:
    claims = claims_of(get_token(client, user=world.alice))
    assert claims["aud"] == SERVICE
    assert all(type(claims[name]) is int for name in ("exp", "nbf", "iat"))
    assert claims["nbf"] == claims["iat"] - 60


def test_the_subject_is_an_immutable_id_and_never_the_account_parameter(
    world: World, client: Client
) -> None:
    assert claims_of(get_token(client, user=world.bob))["sub"] == f"user:{world.bob.pk}"
    assert claims_of(get_token(client, account="alice"))["sub"] == ""


def test_another_account_than_the_one_that_logs_in_is_refused(world: World, client: Client) -> None:
    assert get_token(client, user=world.bob, account="alice").status_code == 401


def test_only_what_is_asked_and_allowed_is_granted(world: World, client: Client) -> None:
    response = get_token(
        client, "repository:acme/app:push,pull,delete", "repository:alice/priv:pull", user=world.mia
    )
    assert granted(response) == {"acme/app": ["pull", "push"]}


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ("*", ["delete", "pull", "push"]),
        ("pull,push,delete,*", ["delete", "pull", "push"]),
        ("pull,,push", ["pull", "push"]),
        ("pull," * 10_000, ["pull"]),
        ("PULL", None),
        ("admin,create", None),
        ("", None),
    ],
)
def test_a_star_never_leaves_the_index(
    world: World, client: Client, actions: str, expected: list[str] | None
) -> None:
    response = get_token(client, f"repository:acme/app:{actions}", user=world.olga)
    assert granted(response) == ({"acme/app": expected} if expected else {})


def test_a_reader_gets_pull_and_no_more(world: World, client: Client) -> None:
    for actions in ("*", "pull,push,delete,*", "push,pull"):
        answer = get_token(client, f"repository:acme/app:{actions}", user=world.rita)
        assert granted(answer) == {"acme/app": ["pull"]}
    assert granted(get_token(client, "repository:acme/app:push,delete", user=world.rita)) == {}


def test_unknown_and_forbidden_repositories_look_the_same(world: World, client: Client) -> None:
    forbidden = get_token(client, "repository:alice/priv:pull", user=world.bob)
    unknown = get_token(client, "repository:alice/nope:pull", user=world.bob)
    assert claims_of(forbidden)["access"] == claims_of(unknown)["access"] == []
    assert set(forbidden.json()) == set(unknown.json())


def test_anonymous_may_pull_what_is_public(world: World, client: Client) -> None:
    response = get_token(client, "repository:alice/pub:pull,push", "repository:alice/priv:pull")
    assert granted(response) == {"alice/pub": ["pull"]}


def test_empty_basic_is_nobody(world: World, client: Client) -> None:
    response = client.get("/token", {"service": SERVICE}, headers={"Authorization": "Basic Og=="})
    assert claims_of(response)["sub"] == ""


def test_the_owner_gets_a_token_for_a_first_push_and_no_repository_appears(
    world: World, client: Client
) -> None:
    response = get_token(client, "repository:alice/new:pull,push", user=world.alice)
    assert granted(response) == {"alice/new": ["pull", "push"]}
    assert not world.public.namespace.repositories.filter(name="alice/new").exists()


def test_nobody_but_administrators_pushes_official_images(world: World, client: Client) -> None:
    assert granted(get_token(client, "repository:debian:push", user=world.alice)) == {}
    assert granted(get_token(client, "repository:debian:push", user=world.root)) == {
        "debian": ["push"]
    }


@pytest.mark.parametrize("secret", ["wrong", "", "   ", "x" * 5000])
def test_a_wrong_password_is_never_taken_for_anonymous(
    world: World, client: Client, secret: str
) -> None:
    response = client.get(
        "/token", {"service": SERVICE}, headers={"Authorization": basic("alice", secret)}
    )
    assert response.status_code == 401
    assert "token" not in response.json()


@pytest.mark.parametrize("header", ["Basic", "Basic !!!", "Basic YWxpY2U=", "Digest x", "Bearer x"])
def test_an_unreadable_authorization_header_is_401(
    world: World, client: Client, header: str
) -> None:
    response = client.get("/token", {"service": SERVICE}, headers={"Authorization": header})
    assert response.status_code == 401


def test_every_client_finds_its_error_form(world: World, client: Client) -> None:
    body = client.get(
        "/token", {"service": SERVICE}, headers={"Authorization": basic("alice", "wrong one")}
    ).json()
    message = (
        "wrong user name or password for 'alice'. Accounts with single sign-on or two factors need an access token: "
        "http://index.test/settings/tokens"
    )
    assert body["errors"] == [{"code": "UNAUTHORIZED", "message": message, "detail": None}]
    assert body["details"] == body["error_description"] == message
    assert body["error"] == "invalid_grant"


def test_unknown_disabled_and_unverified_accounts_answer_a_wrong_password_alike(
    world: World, client: Client
) -> None:
    answers = set()
    for name in ("alice", "nobody", "dave", "newt"):
        response = client.get(
            "/token", {"service": SERVICE}, headers={"Authorization": basic(name, "wrong one")}
        )
        answers.add((response.status_code, json.dumps(response.json()).replace(name, "X")))
    assert len(answers) == 1


def test_an_unverified_account_is_told_so_once_the_password_is_right(
    world: World, client: Client
) -> None:
    response = get_token(client, user=world.newt)
    assert response.status_code == 401
    assert "account 'newt' is not verified" in response.json()["errors"][0]["message"]


def test_a_disabled_account_is_told_so_once_the_password_is_right(
    world: World, client: Client
) -> None:
    response = get_token(client, user=world.dave)
    assert response.status_code == 401
    assert "disabled" in response.json()["details"]


def test_a_proven_address_serves_as_login(world: World, client: Client) -> None:
    response = client.get(
        "/token",
        {"service": SERVICE, "account": "alice@example.com"},
        headers={"Authorization": basic("alice@example.com", PASSWORD)},
    )
    assert claims_of(response)["sub"] == f"user:{world.alice.pk}"


@pytest.mark.parametrize(
    "service",
    ["", "evil", "INDEX.TEST", "index.test ", "index.test,other", "http://index.test", "a" * 999],
)
def test_the_audience_is_one_of_ours_to_the_letter(
    world: World, client: Client, service: str
) -> None:
    for response in (
        client.get("/token", {"service": service}),
        client.post(
            "/token",
            f"grant_type=password&username=alice&password={PASSWORD}&service={service}",
            content_type="application/x-www-form-urlencoded",
        ),
    ):
        assert response.status_code == 400
        assert "token" not in response.json()


def test_a_missing_or_repeated_service_is_refused(world: World, client: Client) -> None:
    assert client.get("/token").status_code == 400
    assert client.get("/token?service=index.test&service=index.test").status_code == 400
    assert client.get("/token?service=index.test%00").status_code == 400


def test_a_registry_with_its_own_service_gets_only_names_it_keeps(
    world: World, client: Client
) -> None:
    world.west.service = "west.test"
    world.west.save()
    response = get_token(
        client, "repository:base:pull", "repository:alice/pub:pull", service="west.test"
    )
    assert [entry["name"] for entry in _access(response)] == ["base"]


def _access(response: object) -> list[dict[str, object]]:
    import jwt

    token = response.json()["token"]  # type: ignore[attr-defined]
    claims: dict[str, list[dict[str, object]]] = jwt.decode(
        token, options={"verify_signature": False}
    )
    return claims["access"]


def test_51_scopes_are_too_many(world: World, client: Client) -> None:
    scopes = [f"repository:alice/a{number}:pull" for number in range(51)]
    assert get_token(client, *scopes, user=world.alice).status_code == 400


def test_the_largest_token_fits_a_header_line(world: World, client: Client) -> None:
    names = [f"alice/{'a' * 150}{number}" for number in range(50)]
    for name in names:
        make_repository(name)
    scopes = [f"repository:{name}:pull,push,delete" for name in names]
    response = get_token(client, *scopes, user=world.alice)
    assert response.status_code == 400
    fewer = get_token(client, *scopes[:15], user=world.alice)
    assert len(fewer.json()["token"]) <= 7000


def test_an_offline_login_gets_a_refresh_token_and_anonymous_never(
    world: World, client: Client
) -> None:
    body = get_token(client, user=world.alice, offline_token="true", client_id="docker").json()
    assert body["refresh_token"].startswith("wbr_")
    assert "refresh_token" not in get_token(client, offline_token="true").json()


def test_too_many_wrong_passwords_are_throttled_and_say_for_how_long(
    world: World, client: Client
) -> None:
    def fail() -> Any:
        header = {"Authorization": basic("alice", "wrong one")}
        return client.get("/token", {"service": SERVICE}, headers=header)

    assert [fail().status_code for _ in range(11)] == [401] * 10 + [429]
    assert int(fail()["Retry-After"]) > 0


def test_a_throttled_account_is_not_locked_for_other_networks(world: World, client: Client) -> None:
    for _ in range(11):
        header = {"Authorization": basic("alice", "wrong one")}
        client.get("/token", {"service": SERVICE}, headers=header)
    assert get_token(client, user=world.alice).status_code == 429
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert get_token(elsewhere, user=world.alice).status_code == 200
