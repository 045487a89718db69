"""GET /v1/search, as docker and podman ask it (protocol.md B.6)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client

from accounts.models import User, Visibility
from index.errors import NameInvalid
from index.names import parse_familiar_name
from index.roles import Role
from search.query import QueryRefused, parse_query
from search.upkeep import apply_changes
from tests.clients import basic, get_token, token_for
from tests.conftest import World
from tests.factories import make_grant, make_repositories, make_repository, new_repository
from tests.machines import make_robot, make_secret, make_token

SEARCH = "registry:catalog:search"


def ask(client: Client, authorization: str = "", **query: str) -> Any:
    """Search as a program does, in an index that is up to date."""
    apply_changes()
    headers = {"X-Docker-Token": "true"}
    if authorization:
        headers["Authorization"] = authorization
    return client.get("/v1/search", query, headers=headers)


def names(response: Any) -> set[str]:
    """The names answered."""
    return {result["name"] for result in response.json()["results"]}


def refresh_token(client: Client, user: User) -> str:
    """Log in as docker does."""
    return str(get_token(client, user=user, offline_token="true").json()["refresh_token"])


def test_docker_gets_every_field_it_reads(world: World, client: Client) -> None:
    make_repository(
        "alice/web", visibility=Visibility.PUBLIC, description="Serves pages", star_count=3
    )
    assert ask(client, q="web", n="25").json() == {
        "num_pages": 1,
        "num_results": 1,
        "page": 1,
        "page_size": 25,
        "query": "web",
        "results": [
            {
                "name": "alice/web",
                "description": "Serves pages",
                "star_count": 3,
                "is_official": False,
                "is_automated": False,
                "is_trusted": False,
            }
        ],
    }


def test_an_official_image_is_named_as_docker_pull_wants_it(world: World, client: Client) -> None:
    for typed in ("base", "library/base"):
        (result,) = ask(client, q=typed).json()["results"]
        assert (result["name"], result["is_official"]) == ("base", True)


def test_podman_asks_the_other_way_round_and_without_credentials(
    world: World, client: Client
) -> None:
    apply_changes()
    response = client.get("/v1/search?n=25&q=alice")
    assert names(response) == {"alice/pub"}


@pytest.mark.parametrize("path", ["/v1/search?q=pub", "/v1/search/?q=pub"])
def test_the_slash_does_not_matter(world: World, client: Client, path: str) -> None:
    apply_changes()
    assert names(client.get(path)) == {"alice/pub"}


@pytest.mark.parametrize(
    ("sent", "size"), [("1", 1), ("100", 100), ("0", 1), ("101", 100), ("-1", 1), ("abc", 25)]
)
def test_n_is_clamped_and_never_an_error(
    world: World, client: Client, sent: str, size: int
) -> None:
    response = ask(client, q="pub", n=sent)
    assert (response.status_code, response.json()["page_size"]) == (200, size)


def test_an_empty_term_answers_the_most_popular(world: World, client: Client) -> None:
    make_repository("alice/liked", visibility=Visibility.PUBLIC, star_count=1)
    for response in (ask(client), ask(client, q=""), ask(client, q=" ")):
        assert response.json()["results"][0]["name"] == "alice/liked"
        assert response.json()["num_results"] == 3


def test_nothing_found_is_200(world: World, client: Client) -> None:
    response = ask(client, q="nothing-like-this")
    assert (response.status_code, response.json()["results"]) == (200, [])
    assert (response.json()["num_results"], response.json()["num_pages"]) == (0, 1)


def test_pages_can_be_asked_for_and_end(world: World, client: Client) -> None:
    pages = [ask(client, n="1", page=page).json() for page in ("1", "2", "3", "9" * 30)]
    assert [len(page["results"]) for page in pages] == [1, 1, 0, 0]
    assert pages[0]["num_pages"] == 2


@pytest.mark.parametrize(
    "query",
    [
        "q=_",
        "q=%25",
        "q=%5C",
        "q='||(select+1)||'",
        "q=%5Cud800",
        f"q={'a' * 1000}",
        "q=%F0%9F%90%B3",
        "q=pub&password__startswith=a&owner__password__regex=.",
        "q=pub&ordering=id);--&fields=password&page_size=2147483647",
        "q=pub&page=NaN&n=NaN",
        "q=a&q=b",
    ],
)
def test_odd_input_is_200(world: World, client: Client, query: str) -> None:
    assert client.get(f"/v1/search?{query}").status_code == 200


@pytest.mark.parametrize("query", ["q=%00", "q=a%0Ab", "q=%ED%A0%80", "q=%FF"])
def test_bytes_that_are_no_text_are_400(world: World, client: Client, query: str) -> None:
    assert client.get(f"/v1/search?{query}").status_code == 400


@pytest.mark.parametrize(
    "typed", ["is:nice", "stars:many web", "sort:sideways", "updated:soon", "w" * 1000, "stars:>3 stars:<2", "!!"]
)  # fmt: skip
def test_an_error_of_the_query_is_a_row_that_can_be_no_image(
    world: World, client: Client, typed: str
) -> None:
    """The sentence is the page's; docker shows the first 45 characters of it in its table."""
    response = ask(client, q=typed, n="1", page="3")
    with pytest.raises(QueryRefused) as refusal:
        parse_query(typed)
    body = response.json()
    assert (response.status_code, body["num_results"], body["num_pages"]) == (200, 1, 1)
    assert body["results"] == [
        {
            "name": "Cannot search",
            "description": str(refusal.value),
            "star_count": 0,
            "is_official": False,
            "is_automated": False,
            "is_trusted": False,
        }
    ]
    with pytest.raises(NameInvalid):
        parse_familiar_name("Cannot search")


def test_operators_work_inside_the_query(world: World, client: Client) -> None:
    for number in range(4):
        make_repository(f"alice/web-{number}", visibility=Visibility.PUBLIC, star_count=number)
    make_repository("web", visibility=Visibility.PUBLIC, star_count=5)
    assert names(ask(client, q="is:official stars:>=3 web")) == {"web"}
    assert names(ask(client, q="stars:>=3 web")) == {"web", "alice/web-3"}
    answer = ask(client, q="owner:alice sort:stars web", n="2").json()
    assert [result["name"] for result in answer["results"]] == ["alice/web-3", "alice/web-2"]
    assert (answer["num_results"], answer["num_pages"]) == (4, 2)


def test_a_typo_has_the_results_and_no_row_about_it(world: World, client: Client) -> None:
    make_repository("alice/postgres", visibility=Visibility.PUBLIC, star_count=9)
    assert names(ask(client, q="postgers")) == {"alice/postgres"}


def test_old_clients_reach_a_thousand_and_no_more(world: World, client: Client) -> None:
    make_repositories(
        *(
            new_repository(f"alice/web-{number}", visibility=Visibility.PUBLIC, registry=world.east)
            for number in range(1_020)
        )
    )
    apply_changes()
    last = ask(client, q="web", n="30", page="34").json()
    assert (last["num_results"], last["num_pages"], len(last["results"])) == (1_000, 34, 10)
    for page in ("35", "99", "9" * 15):
        beyond = ask(client, q="web", n="30", page=page).json()
        assert (beyond["num_results"], beyond["results"]) == (1_000, [])
    pages = [ask(client, q="web", n="100", page=str(page)) for page in range(1, 11)]
    assert len(set().union(*map(names, pages))) == 1_000


def test_trouble_inside_is_explained_and_a_line_in_the_log(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_args: object, **_kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("search.v1.views.search", fail)
    response = ask(client, q="pub")
    (row,) = response.json()["results"]
    assert (response.status_code, row["name"]) == (200, "Cannot search")
    assert "out of order" in row["description"]
    assert "search failed" in caplog.text


@pytest.mark.parametrize("header", ["", "Basic Og=="])
def test_nobody_finds_what_is_public(world: World, client: Client, header: str) -> None:
    assert names(ask(client, header)) == {"alice/pub", "base"}


def test_a_password_finds_what_its_owner_may_see(world: World, client: Client) -> None:
    assert names(ask(client, basic("alice"))) == {"alice/pub", "base", "alice/priv"}


def test_an_identity_token_in_basic_does_too(world: World, client: Client) -> None:
    token = refresh_token(client, world.alice)
    for login in ("", "<token>"):
        assert "alice/priv" in names(ask(client, basic(login, token)))


def test_dockers_bearer_token_for_searching_does_too(world: World, client: Client) -> None:
    form = {
        "grant_type": "refresh_token",
        "refresh_token": refresh_token(client, world.alice),
        "service": "index.test",
        "scope": SEARCH,
        "client_id": "docker",
    }
    body = "&".join(f"{name}={value}" for name, value in form.items())
    answer = client.post("/token", body, "application/x-www-form-urlencoded").json()
    response = ask(client, f"Bearer {answer['access_token']}", q="priv")
    assert names(response) == {"alice/priv"}


def test_an_anonymous_bearer_token_finds_what_is_public(world: World, client: Client) -> None:
    token = token_for(client, SEARCH)
    assert names(ask(client, f"Bearer {token}")) == {"alice/pub", "base"}


@pytest.mark.parametrize("scope", ["repository:alice/priv:pull", "registry:catalog:*"])
def test_a_token_for_a_registry_is_refused(world: World, client: Client, scope: str) -> None:
    token = token_for(client, scope, user=world.alice)
    response = ask(client, f"Bearer {token}")
    assert response.status_code == 401
    assert "registry:catalog:search" in response.json()["error"]


def test_a_token_ends_with_the_account(world: World, client: Client) -> None:
    bearer = f"Bearer {token_for(client, SEARCH, user=world.alice)}"
    refresh = basic("", refresh_token(client, world.alice))
    User.objects.filter(pk=world.alice.pk).update(is_active=False)
    assert [ask(client, header).status_code for header in (bearer, refresh)] == [401, 401]


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer x",
        "Bearer a.b.c",
        "Basic !!!",
        "Token x",
        basic("alice", ""),
        basic("alice", "wrong"),
        basic("", "wbr_0_0"),
    ],
)
def test_bad_credentials_are_401_and_never_anonymous(
    world: World, client: Client, header: str
) -> None:
    response = ask(client, header, q="pub")
    assert response.status_code == 401
    assert response["WWW-Authenticate"].startswith("Basic realm=")
    assert set(response.json()) == {"error"}


def test_an_unverified_account_is_told_what_to_do(world: World, client: Client) -> None:
    response = ask(client, basic("newt"))
    assert response.status_code == 403
    assert "/accounts/login/" in response.json()["error"]


def test_cookies_are_neither_read_nor_set(world: World, client: Client) -> None:
    client.force_login(world.alice, "accounts.session_backend.SessionBackend")
    response = ask(client, q="priv")
    assert names(response) == set()
    assert not response.cookies
    assert response["Cache-Control"] == "no-store"


def test_nothing_but_asking_is_possible(world: World, client: Client) -> None:
    assert client.post("/v1/search", {"q": "pub"}).status_code == 405


def test_an_access_token_finds_what_it_reaches(world: World, client: Client) -> None:
    make_repository("alice/private-too")
    token = make_token(world.alice, "alice/priv")
    assert names(ask(client, basic("alice", token.value), q="priv")) == {"alice/priv"}
    everything = make_token(world.alice, name="all")
    found = names(ask(client, basic("alice", everything.value), q="priv"))
    assert found == {"alice/priv", "alice/private-too"}


def test_a_robot_finds_what_it_was_granted(world: World, client: Client) -> None:
    robot = make_robot("acme", by=world.olga)
    secret = make_secret(robot, by=world.olga)
    make_repository("acme/application")
    header = basic("acme+ci", secret.value)
    assert names(ask(client, header, q="app")) == set()
    make_grant(world.app, robot, Role.READER)
    assert names(ask(client, header, q="app")) == {"acme/app"}


@pytest.mark.parametrize("name", ["base", "alice/tools", "alice/build/tools", "alice/a/b/c/tools"])
def test_the_whole_name_finds_it_first_whatever_its_parts(
    world: World, client: Client, name: str
) -> None:
    """As the token service and the gateway take it, so with `library/` for official images (case 40)."""
    for other in ("alice/basement", "alice/more-tools", "alice/tools/base", "bobby/tools"):
        make_repository(other, visibility=Visibility.PUBLIC, star_count=100)
    if name != "base":
        make_repository(name, visibility=Visibility.PUBLIC)
    spellings = [
        name,
        name.upper(),
        *(["library/base", "docker.io/library/base"] * (name == "base")),
    ]
    for typed in (*spellings, f"index.test/{name}", f"{name}:1.0"):
        assert ask(client, q=typed).json()["results"][0]["name"] == name, typed
