"""Unknown = forbidden (case 24), names (case 8) and hostile bodies at the v1 doors."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from django.test import Client

from index.models import Repository, V1Image, V1Token
from tests.clients import basic, token_for
from tests.conftest import World
from tests.v1.calls import IMAGE, call, put_repository

DOORS: list[tuple[str, str, object]] = [
    ("PUT", "repositories/{}/", []),
    ("DELETE", "repositories/{}/", None),
    ("GET", "repositories/{}/images", None),
    ("PUT", "repositories/{}/images", []),
    ("DELETE", "repositories/{}/images", None),
    ("PUT", "repositories/{}/auth", None),
    ("GET", f"repositories/{{}}/layer/{IMAGE}/access", None),
]


@pytest.mark.parametrize("who", ["anonymous", "bob"])
@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_unknown_and_forbidden_are_answered_alike(
    world: World, client: Client, method: str, path: str, body: object, who: str
) -> None:
    answers = []
    for name in ("alice/priv", "alice/nope", "nobody/nope"):
        response = call(client, method, path.format(name), user=world.person(who), body=body)
        text = response.content.decode().replace(name, "NAME")
        answers.append((response.status_code, text, sorted(response.headers)))
    assert answers[0] == answers[1] == answers[2]
    assert answers[0][0] in {401, 403, 404}
    assert not V1Token.objects.exists()


@pytest.mark.parametrize(("method", "path", "body"), DOORS[:2] + DOORS[3:5])
def test_changes_need_a_login(
    world: World, client: Client, method: str, path: str, body: object
) -> None:
    response = call(client, method, path.format("alice/pub"), body=body)
    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Basic realm="auth required",Token'
    assert "log in" in response.json()["error"]


def test_a_reader_is_told_that_he_may_not_push(world: World, client: Client) -> None:
    assert put_repository(client, "alice/pub", user=world.bob).status_code == 403
    response = call(client, "PUT", "repositories/alice/pub/images", user=world.bob, body=[])
    assert (response.status_code, response.json()) == (
        403,
        {"error": "'bobby' may not push alice/pub"},
    )


def test_anyone_pulls_what_is_public(world: World, client: Client) -> None:
    assert call(client, "GET", "repositories/alice/pub/images").json() == []


BAD_NAMES = [
    "Alice/app",
    "alice/../bob",
    "alice//app",
    "/alice/app",
    "alice/app/",
    "alice/.",
    "alice/a..b",
    "alice/a_-b",
    "alice/-a",
    "alice/a-",
    "alice%2fapp",
    "alice/app\n",
    "alice/ap\0p",
    "\uff41lice/app",  # full width
    "\u0430lice/app",  # Cyrillic
    "alice/\u017ftar",  # a long s
    "alice/" + "a" * 250,
    "alice/b/c/d/e/f",
    "alice/app:tag",
    "host:5000/alice/app",
    "alice\\app",
    "library/alice/app",
    "scratch",
]


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize(("method", "path", "body"), DOORS)
def test_names_outside_the_grammar_are_refused_at_every_door(
    world: World, client: Client, method: str, path: str, body: object, name: str
) -> None:
    before = Repository.objects.count()
    response = call(client, method, path.format(quote(name)), user=world.alice, body=body)
    assert response.status_code == 400
    assert Repository.objects.count() == before


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"[{}]",
        b"\xff",
        b"[NaN]",
        b'[{"id": 5}]',
        b'[{"id": "latest"}]',
        b"[" * 100_000,
        b"[" * 100_000 + b"]" * 100_000,
        b"9" * 5_000,
        json.dumps([{"id": IMAGE, "Tag": "\0"}]).encode(),
        json.dumps([{"id": IMAGE, "Tag": "\ud800"}]).encode(),
        json.dumps([{"id": IMAGE, "checksum": ["x"]}]).encode(),
        json.dumps([{"id": IMAGE, "checksum": "x" * 256}]).encode(),
        json.dumps([{"id": IMAGE, "Tag": [[[[1]]]]}]).encode(),
        json.dumps([{"id": f"{number:064x}"} for number in range(5_001)]).encode(),
        b"[" + b" " * 1_048_576 + b"]",
    ],
    ids=lambda body: f"{len(body)}-{body[-16:]!r}",
)
def test_bodies_that_are_no_list_of_images_are_answered_with_a_sentence(
    world: World, client: Client, body: bytes
) -> None:
    response = client.put(
        "/v1/repositories/alice/new/",
        body,
        "application/json",
        headers={"Authorization": basic("alice")},
    )
    assert response.status_code == 400
    assert "\n" not in response.json()["error"]
    assert not Repository.objects.filter(name="alice/new").exists()


def test_five_thousand_images_are_kept(world: World, client: Client) -> None:
    images = [{"id": f"{number:064x}", "checksum": "s"} for number in range(5_000)]
    assert put_repository(client, "alice/new", user=world.alice, images=images).status_code == 200
    assert V1Image.objects.count() == 5_000


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Basic YWxpY2U=", "Basic Og==", "Digest x", "Token", "Token x", "é"],
)
def test_credentials_that_cannot_be_read_are_401(world: World, client: Client, header: str) -> None:
    response = client.delete("/v1/repositories/alice/pub/", headers={"Authorization": header})
    assert response.status_code == 401


def test_a_registry_token_opens_no_door_of_v1(world: World, client: Client) -> None:
    token = token_for(client, "repository:alice/priv:pull,push", user=world.alice)
    for path in ("users/", "repositories/alice/priv/images"):
        response = client.get(f"/v1/{path}", headers={"Authorization": f"Bearer {token}"})
        assert response.status_code == 401


def test_a_session_cookie_is_nobody_at_the_v1_doors(world: World, client: Client) -> None:
    client.force_login(world.alice, "accounts.session_backend.SessionBackend")
    assert call(client, "DELETE", "repositories/alice/pub/").status_code == 401
    assert call(client, "GET", "repositories/alice/priv/images").status_code == 404


def test_no_door_sets_a_cookie(world: World, client: Client) -> None:
    for method, path, body in [*DOORS, ("GET", "users/", None), ("GET", "_ping", None)]:
        response = call(client, method, path.format("alice/pub"), user=world.alice, body=body)
        assert not response.cookies
        assert response["Cache-Control"] == "no-store"


def test_methods_that_a_door_does_not_have_are_405(world: World, client: Client) -> None:
    response = call(client, "POST", "repositories/alice/pub/images", user=world.alice, body=[])
    assert (response.status_code, response["Allow"]) == (405, "GET, PUT, DELETE, HEAD")


def test_an_admin_reads_why_an_archived_repository_takes_nothing(
    world: World, client: Client
) -> None:
    Repository.objects.filter(pk=world.private.pk).update(mode="archived")
    answer = put_repository(client, "alice/priv", user=world.alice)
    assert answer.status_code == 403
    assert "alice/priv: the repository is archived" in answer.content.decode()
