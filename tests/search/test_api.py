"""Search over the REST API, and that all entrances say the same."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Visibility
from index.models import RepositoryMode
from search.upkeep import apply_changes
from tests.conftest import World
from tests.factories import make_repository
from tests.machines import make_token
from tests.search.index_elsewhere import running_index

PUBLIC = Visibility.PUBLIC
BACKEND = "accounts.session_backend.SessionBackend"


def ask(client: Client, address: str = "search", **query: str) -> Any:
    """Search in an index that is up to date."""
    apply_changes()
    return client.get(f"/api/v1/{address}", query)


def found(client: Client, q: str, **query: str) -> list[str]:
    """The names found, in order."""
    response = ask(client, q=q, **query)
    assert response.status_code == 200, response.content
    return [result["name"] for result in response.json()["results"]]


def shop(number: int, **columns: Any) -> None:
    """Make one of several public repositories that a word finds."""
    make_repository(f"alice/shop-{number}", visibility=PUBLIC, **columns)


# --- what is answered -----------------------------------------------------------------------------


def test_a_page_says_what_was_found_and_how(world: World, client: Client) -> None:
    shop(1, description="Sells bread", star_count=3)
    body = ask(client, q="  shop   is:official ").json()
    assert body == {
        "query": "shop is:official", "total": 0, "is_more": False, "next": None, "corrected": [],
        "partial": False, "facets": None, "results": [],
    }  # fmt: skip
    body = ask(client, q="shop").json()
    assert body["total"] == 1
    (result,) = body["results"]
    assert (result["name"], result["description"], result["star_count"]) == (
        "alice/shop-1",
        "Sells bread",
        3,
    )


def test_results_are_repositories_as_the_api_lists_them(world: World, client: Client) -> None:
    (result,) = ask(client, q="pub").json()["results"]
    listed = client.get("/api/v1/repositories?namespace=alice").json()["results"]
    assert result in listed


def test_operators_work(world: World, client: Client) -> None:
    for number in range(4):
        shop(number, star_count=number)
    assert found(client, "shop stars:>=2 sort:stars") == ["alice/shop-3", "alice/shop-2"]
    assert found(client, "shop -shop stars:0") == []


@pytest.mark.parametrize(
    "typed", ["stars:many", "is:nice", "sort:sideways", "updated:soon", "web" * 200, "stars:>3 stars:<2"]
)  # fmt: skip
def test_an_error_of_the_query_is_a_problem_with_its_sentence(
    world: World, client: Client, typed: str
) -> None:
    for address in ("search", "search/elsewhere"):
        response = ask(client, address, q=typed)
        assert response.status_code == 400
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"].endswith(".")


def test_a_typo_finds_and_says_so(world: World, client: Client) -> None:
    make_repository("alice/postgres", visibility=PUBLIC, star_count=9)
    body = ask(client, q="postgers").json()
    assert [result["name"] for result in body["results"]] == ["alice/postgres"]
    assert body["corrected"] == [{"typed": "postgers", "searched": "postgres"}]


def test_what_has_not_all_words_says_so(world: World, client: Client) -> None:
    shop(1)
    body = ask(client, q="shop xylophone").json()
    assert [result["name"] for result in body["results"]] == ["alice/shop-1"]
    assert body["partial"] is True


def test_a_longer_page_takes_no_more_queries(world: World, client: Client) -> None:
    counts = []
    for numbers in (range(1), range(1, 12)):
        for number in numbers:
            shop(number)
        ask(client, q="shop")
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/search?q=shop&facets=true")
        counts.append(len(queries))
    assert counts[0] >= counts[1]


# --- pages ----------------------------------------------------------------------------------------


def test_next_leads_through_all_of_them_once(world: World, client: Client) -> None:
    for number in range(7):
        shop(number, star_count=number % 3)
    address, seen = "/api/v1/search?q=shop&page_size=3", []
    apply_changes()
    while address:
        response = client.get(address)
        body = response.json()
        assert body["total"] == 7
        seen.append([result["name"] for result in body["results"]])
        address = body["next"]
        link = f'<{address}>; rel="next"' if address else None
        assert response.headers.get("Link") == link
    assert [len(page) for page in seen] == [3, 3, 1]
    assert [name for page in seen for name in page] == found(client, "shop")


def test_a_page_stays_where_it_is_when_others_come(world: World, client: Client) -> None:
    for number in range(4):
        shop(number)
    body = ask(client, q="shop", page_size="2").json()
    first = {result["name"] for result in body["results"]}
    make_repository("alice/shop", visibility=PUBLIC, star_count=1_000)
    apply_changes()
    second = {result["name"] for result in client.get(body["next"]).json()["results"]}
    assert len(first) == len(second) == 2
    assert first | second == {f"alice/shop-{number}" for number in range(4)}


@pytest.mark.parametrize("cursor", ["x", "1", "9" * 400, "-1", "' or 1=1", "bm90aGluZw"])
def test_a_cursor_that_nobody_gave_out_is_refused(
    world: World, client: Client, cursor: str
) -> None:
    response = ask(client, q="pub", cursor=cursor)
    assert response.status_code == 400
    assert response.json()["detail"]


@pytest.mark.parametrize(
    ("sent", "size"), [("0", 1), ("1", 1), ("2", 2), ("x", 3), ("-5", 1), ("9" * 30, 3)]
)
def test_a_page_has_one_to_a_hundred(world: World, client: Client, sent: str, size: int) -> None:
    for number in range(3):
        shop(number)
    assert len(found(client, "shop", page_size=sent)) == size


# --- facets ---------------------------------------------------------------------------------------


def test_facets_say_how_to_narrow_a_search(world: World, client: Client) -> None:
    for number in range(3):
        shop(number, topics=["bread"] if number else [])
    groups = ask(client, q="shop", facets="true").json()["facets"]
    facets = {facet["value"]: facet for group in groups for facet in group["facets"]}
    bread = facets["bread"]
    assert (bread["count"], bread["is_chosen"]) == (2, False)
    assert len(found(client, bread["query"])) == 2
    chosen = ask(client, q=bread["query"], facets="true").json()["facets"]
    (again,) = [one for group in chosen for one in group["facets"] if one["value"] == "bread"]
    assert again["is_chosen"]
    assert len(found(client, again["query"])) == 3


def test_facets_count_what_one_may_see(world: World, client: Client) -> None:
    make_repository("acme/shop", topics=["secretly"])
    assert "secretly" not in str(ask(client, q="shop", facets="true").json())
    client.force_login(world.olga, BACKEND)
    assert "secretly" in str(ask(client, q="shop", facets="true").json()["facets"])


# --- suggestions ----------------------------------------------------------------------------------


def test_suggestions_begin_with_what_was_typed(world: World, client: Client) -> None:
    shop(1)
    body = ask(client, "search/suggestions", q="sho").json()
    assert [result["name"] for result in body["results"]] == ["alice/shop-1"]
    assert ask(client, "search/suggestions").status_code == 200


@pytest.mark.parametrize("typed", ['"', "stars:", "is:nope", "-", "\u202e", "w" * 500])
def test_half_a_query_suggests_or_says_why_not(world: World, client: Client, typed: str) -> None:
    assert ask(client, "search/suggestions", q=typed).status_code in {200, 400}


def test_there_are_eight_suggestions_or_as_many_as_are_asked_for(
    world: World, client: Client
) -> None:
    for number in range(30):
        shop(number)
    for sent, count in (({}, 8), ({"page_size": "3"}, 3), ({"page_size": "100"}, 20)):
        body = ask(client, "search/suggestions", q="shop", **sent).json()
        assert len(body["results"]) == count


# --- who sees what --------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["search", "search/suggestions"])
def test_everyone_gets_what_they_may_see(world: World, client: Client, address: str) -> None:
    assert ask(client, address, q="priv").json()["results"] == []
    for person, names in ((world.bob, []), (world.alice, ["alice/priv"])):
        client.force_login(person, BACKEND)
        results = ask(client, address, q="priv").json()["results"]
        assert [result["name"] for result in results] == names


def test_an_access_token_finds_what_it_reaches(world: World, client: Client) -> None:
    make_repository("alice/private-too", topics=["cellar"])
    token = make_token(world.alice, "alice/priv", api_parts=["repositories:read"])
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token.value}"
    assert found(client, "priv") == ["alice/priv"]
    assert "private-too" not in ask(client, "search/suggestions", q="priv").content.decode()
    assert "cellar" not in ask(client, q="priv", facets="true").content.decode()


def test_an_access_token_without_that_part_is_refused(world: World, client: Client) -> None:
    token = make_token(world.alice, api_parts=["profile:read"])
    client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {token.value}"
    for address in ("search", "search/suggestions", "search/elsewhere"):
        assert ask(client, address, q="priv").status_code == 403


def test_a_private_one_of_others_changes_no_answer(world: World, client: Client) -> None:
    shop(1)
    shop(2)
    queries = ("shop", "shpo", "secretshop", "acme", "shop secret")
    before = [ask(client, q=q, facets="true").content for q in queries]
    make_repository("acme/secretshop", star_count=99, description="shop secret")
    assert [ask(client, q=q, facets="true").content for q in queries] == before


# --- elsewhere ------------------------------------------------------------------------------------


def test_what_others_answer_has_an_address_of_its_own(
    world: World, client: Client, settings: Any
) -> None:
    cache.clear()
    assert ask(client, "search/elsewhere", q="web").json() == {"indexes": []}
    with running_index() as other:
        other.knows({"name": "web", "description": "There", "star_count": 4, "is_official": True})
        settings.OTHER_INDEXES = {"Hub": other.url}
        body = ask(client, "search/elsewhere", q="web").json()
        result = {"name": "web", "description": "There", "star_count": 4, "is_official": True}
        hub = {"title": "Hub", "address": other.url, "problem": "", "results": [result]}
        assert body == {"indexes": [hub]}
        assert "There" not in ask(client, q="web").content.decode()
        other.status = 500
        (hub,) = ask(client, "search/elsewhere", q="other").json()["indexes"]
        assert (hub["problem"], hub["results"]) == ("Hub did not answer.", [])


# --- all entrances --------------------------------------------------------------------------------

QUERIES = (
    "", "shop", "alice/shop-1", "shop stars:>=1", "shop sort:name", "is:official", "shpo", "shop bread",
    "owner:alice -shop", '"sells bread"', "topic:bread", "is:automated", "shop xylophone", "archived",
)  # fmt: skip


def on_the_page(client: Client, typed: str) -> list[str]:
    """The names that the page lists, in order."""
    html = client.get("/search", {"q": typed}).content.decode()
    main = html.partition("<main")[2].partition("</main>")[0]
    return list(dict.fromkeys(re.findall(r'<a[^>]* href="/r/([a-z0-9/._-]+)"', main)))


@pytest.mark.parametrize("typed", QUERIES)
def test_page_api_and_docker_find_the_same_in_the_same_order(
    world: World, client: Client, typed: str
) -> None:
    for number in range(5):
        shop(
            number,
            star_count=number % 2,
            description="Sells bread" if number % 2 else "A shop",
            topics=["bread"] if number > 2 else [],
            is_automated=number == 4,
            mode=RepositoryMode.ARCHIVED if number == 1 else RepositoryMode.OPEN,
        )
    body = ask(client, q=typed).json()
    names = [result["name"] for result in body["results"]]
    docker = client.get("/v1/search", {"q": typed, "n": "25"}).json()
    assert [result["name"] for result in docker["results"]] == names
    assert docker["num_results"] == body["total"]
    assert on_the_page(client, typed) == names


def test_next_keeps_the_query_as_it_was_sent(world: World, client: Client) -> None:
    for number in range(3):
        shop(number)
    typed = 'shop "alice" -a&b=c #x stars:>=0'
    address = ask(client, q=typed, page_size="1").json()["next"]
    assert parse_qs(urlsplit(address).query)["q"] == [typed]
