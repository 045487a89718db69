"""The catalog that the index answers itself: for each caller what it may see, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.flows.personal_access_tokens import revoke_token
from accounts.models import Visibility
from accounts.principals import Principal
from index.models import Repository, RepositoryState
from index.roles import Role
from tests.clients import basic, token_for
from tests.conftest import World
from tests.factories import PASSWORD, SERVICE, make_grant, make_repository
from tests.machines import make_robot, make_secret, make_token

CATALOG = "/v2/_catalog"
SCOPE = "registry:catalog:*"


def ask(client: Client, token: str, address: str = CATALOG) -> Any:
    """Ask as a client does that has a token."""
    return client.get(address, headers={"Authorization": f"Bearer {token}"} if token else {})


def names(response: Any) -> list[str]:
    assert response.status_code == 200, response.content
    found: list[str] = response.json()["repositories"]
    return found


def seen_by(client: Client, login: str, secret: str = PASSWORD) -> list[str]:
    """Return what someone sees who follows the challenge."""
    query = {"service": SERVICE, "scope": SCOPE}
    answer = client.get("/token", query, headers={"Authorization": basic(login, secret)})
    return names(ask(client, answer.json()["token"]))


def walk(client: Client, token: str, address: str) -> Iterator[list[str]]:
    """Yield the names of each page, as clients that follow `Link` do."""
    while address:
        response = ask(client, token, address)
        yield names(response)
        link = response.headers.get("Link", "")
        assert not link or link.endswith('>; rel="next"')
        address = link.partition("<")[2].partition(">")[0]


@pytest.mark.parametrize(
    ("who", "expected"),
    [
        ("alice", ["alice/priv", "alice/pub", "base"]),
        ("bobby", ["alice/pub", "base"]),
        ("mila", ["acme/app", "alice/pub", "base"]),
        ("rooty", ["acme/app", "alice/priv", "alice/pub", "base"]),
    ],
)
def test_each_sees_what_they_may_pull_in_the_order_of_names(
    world: World, client: Client, who: str, expected: list[str]
) -> None:
    assert seen_by(client, who) == expected


def test_an_access_token_sees_no_more_than_its_limits(world: World, client: Client) -> None:
    of_alice = make_token(world.alice, "acme/*").value
    of_root = make_token(world.root, "acme/*").value
    assert seen_by(client, "alice", of_alice) == ["alice/pub", "base"]
    assert seen_by(client, "rooty", of_root) == ["acme/app", "alice/pub", "base"]


def test_a_robot_sees_what_it_was_granted(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    secret = make_secret(robot, by=world.olga).value
    assert seen_by(client, "acme+ci", secret) == ["alice/pub", "base"]
    make_grant(world.app, robot, Role.READER)
    assert seen_by(client, "acme+ci", secret) == ["acme/app", "alice/pub", "base"]


def test_internal_ones_are_for_everyone_signed_in(world: World, client: Client) -> None:
    make_repository("acme/wiki", visibility=Visibility.INTERNAL)
    assert "acme/wiki" in seen_by(client, "bobby")


def test_what_others_declared_public_and_never_pushed_is_not_listed(
    world: World, client: Client
) -> None:
    make_repository("acme/spam", visibility=Visibility.PUBLIC, pushed=False)
    assert "acme/spam" not in seen_by(client, "bobby")
    assert "acme/spam" in seen_by(client, "olga")


@pytest.mark.parametrize("state", [RepositoryState.DELETING, RepositoryState.DELETED])
def test_deleted_ones_are_gone_and_renamed_ones_have_todays_name(
    world: World, client: Client, state: RepositoryState
) -> None:
    Repository.objects.filter(name="alice/priv").update(state=state, deleted_at=timezone.now())
    Repository.objects.filter(name="alice/pub").update(stored_name="former/pub")
    assert seen_by(client, "rooty") == ["acme/app", "alice/pub", "base"]


@pytest.mark.parametrize("token", ["", "a.b.c", None])
def test_without_somebodys_token_there_is_a_challenge(
    world: World, client: Client, token: str | None
) -> None:
    response = ask(client, token_for(client, SCOPE) if token is None else token)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (401, "UNAUTHORIZED")
    assert f'service="{SERVICE}",scope="{SCOPE}"' in response["WWW-Authenticate"]
    assert b"alice/pub" not in response.content


def test_a_token_for_repositories_lists_nothing(world: World, client: Client) -> None:
    """Registries see such tokens; with one of these they must not learn what else there is."""
    only_app = token_for(client, "repository:acme/app:pull", user=world.mia)
    response = ask(client, only_app)
    assert response.status_code == 401
    assert 'error="insufficient_scope"' in response["WWW-Authenticate"]
    both = token_for(client, "repository:acme/app:pull", "registry:catalog:search", user=world.mia)
    assert "acme/app" in names(ask(client, both))


def test_a_token_lists_nothing_once_what_proved_it_is_revoked(world: World, client: Client) -> None:
    made = make_token(world.alice)
    header = {"Authorization": basic("alice", made.value)}
    token = client.get("/token", {"service": SERVICE}, headers=header).json()["token"]
    assert "alice/priv" in names(ask(client, token))
    revoke_token(made.token, by=Principal(world.alice))
    assert ask(client, token).status_code == 401


def test_neither_a_password_nor_a_session_is_a_token(world: World, client: Client) -> None:
    client.force_login(world.root)
    assert client.get(CATALOG).status_code == 401
    header = {"Authorization": basic("rooty")}
    assert client.get(CATALOG, headers=header).status_code == 401


def test_pages_follow_each_other_without_gap_or_repetition(world: World, client: Client) -> None:
    token = token_for(client, SCOPE, user=world.root)
    whole = ["acme/app", "alice/priv", "alice/pub", "base"]
    assert list(walk(client, token, f"{CATALOG}?n=3")) == [whole[:3], whole[3:]]
    assert list(walk(client, token, f"{CATALOG}?n=2")) == [whole[:2], whole[2:]]
    first = ask(client, token, f"{CATALOG}?n=1")
    assert first["Link"] == '</v2/_catalog?last=acme%2Fapp&n=1>; rel="next"'
    assert first["Docker-Distribution-Api-Version"] == "registry/2.0"


def test_a_name_that_is_not_there_is_a_place_to_go_on(world: World, client: Client) -> None:
    token = token_for(client, SCOPE, user=world.root)
    assert names(ask(client, token, f"{CATALOG}?last=alice/pt")) == ["alice/pub", "base"]
    assert names(ask(client, token, f"{CATALOG}?last=zz")) == []


def test_what_is_beyond_the_last_page_is_hidden_from_who_may_not_see_it(
    world: World, client: Client
) -> None:
    """`Link` says that there is more: it must not say so of what is hidden."""
    token = token_for(client, SCOPE, user=world.bob)
    response = ask(client, token, f"{CATALOG}?n=2")
    assert (names(response), "Link" in response.headers) == (["alice/pub", "base"], False)


def test_a_hundred_names_are_a_page_and_a_thousand_are_the_most(
    world: World, client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    Repository.objects.bulk_create(
        Repository(
            namespace=world.app.namespace,
            name=f"acme/x{number:04}",
            stored_name=f"acme/x{number:04}",
            registry=world.east,
            visibility=Visibility.PRIVATE,
        )
        for number in range(1005)
    )
    token = token_for(client, SCOPE, user=world.root)
    assert len(names(ask(client, token))) == 100
    with django_assert_num_queries(2):  # who it is, and one page
        response = ask(client, token, f"{CATALOG}?n=2147483647")
    assert len(names(response)) == 1000
    assert "n=1000" in response["Link"]
    assert [len(page) for page in walk(client, token, f"{CATALOG}?n=1000")] == [1000, 9]


def test_a_page_of_none_is_empty(world: World, client: Client) -> None:
    response = ask(client, token_for(client, SCOPE, user=world.root), f"{CATALOG}?n=0")
    assert (names(response), "Link" in response.headers) == ([], False)


@pytest.mark.parametrize(
    "query", ["n=-1", "n=NaN", "n=1e9", "n=", "n=1.5", "n=%D9%A3", f"n={'9' * 5000}", "n=1&n=2",
              "last=a&last=b", f"last={'a' * 300}"],
)  # fmt: skip
def test_what_is_no_page_is_refused(world: World, client: Client, query: str) -> None:
    response = ask(client, token_for(client, SCOPE, user=world.root), f"{CATALOG}?{query}")
    code = response.json()["errors"][0]["code"]
    assert (response.status_code, code) == (400, "PAGINATION_NUMBER_INVALID")


@pytest.mark.parametrize(
    "address", ["/v2//_catalog", "/V2/_catalog", "/v2/_catalog/", "/v2/_Catalog"]
)
def test_there_is_no_second_spelling(world: World, client: Client, address: str) -> None:
    response = ask(client, token_for(client, SCOPE, user=world.root), address)
    assert response.status_code in {400, 404}


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_it_is_only_read(world: World, client: Client, method: str) -> None:
    response = getattr(client, method)(CATALOG)
    assert (response.status_code, response.json()["errors"][0]["code"]) == (405, "UNSUPPORTED")
