"""The search page."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.conf import settings as site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django.fixtures import Settings

from accounts.models import Namespace, Visibility
from search.query import MAXIMUM_LENGTH, parse_query
from search.upkeep import apply_changes
from search.web.narrowing import as_corrected, insisting
from tests.conftest import World
from tests.contents import make_image, make_index, point
from tests.factories import make_repositories, make_repository, new_repository

BACKEND = "accounts.session_backend.SessionBackend"
PUBLIC = Visibility.PUBLIC


def page(client: Client, query: str = "", *, status: int = 200) -> str:
    """Open the page, of an index that is up to date."""
    apply_changes()
    response = client.get(f"/search?{query}")
    assert response.status_code == status
    return str(response.content.decode())


def text_of(html: str) -> str:
    """What a page says, without tags and with single blanks."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html.replace("<wbr>", ""))).split())


def address(html: str, words: str) -> str:
    """Where the link leads that has these words in it."""
    for found, said in re.findall(r'<a [^>]*?href="([^"]*)"[^>]*>(.*?)</a>', html, re.DOTALL):
        if words in text_of(said):
            return unescape(found)
    raise AssertionError(words)


def names(html: str) -> list[str]:
    """What is found, in order."""
    return re.findall(r'<h3>\s*<a href="/r/([^"]+)"', html)


@pytest.fixture
def many(world: World) -> World:
    """Thirty that are alike."""
    make_repositories(
        *(
            new_repository(
                f"alice/many-{number:02}", registry=world.east, visibility=PUBLIC, topics=["bread"]
            )
            for number in range(30)
        )
    )
    return world


def test_it_shows_count_names_and_badges_to_anyone(world: World, client: Client) -> None:
    html = page(client, "q=base")
    assert "1 repository" in html
    assert "Official" in html
    assert names(html) == ["base"]


def test_it_shows_to_each_what_he_may_see(world: World, client: Client) -> None:
    html = page(client, "q=alice")
    assert "alice/priv" not in html
    assert "1 repository" in html
    client.force_login(world.alice, BACKEND)
    html = page(client, "q=alice")
    assert "alice/priv" in html
    assert "2 repositories" in html


def test_facets_count_what_one_may_see(world: World, client: Client) -> None:
    make_repository("alice/hidden", topics=["bread"])
    make_repository("alice/shown", visibility=PUBLIC, topics=["bread"])
    assert "bread 1 repository" in text_of(page(client, "q=alice"))
    client.force_login(world.alice, BACKEND)
    assert "bread 2 repositories" in text_of(page(client, "q=alice"))


def test_a_private_one_of_an_organization_says_whose_it_is(world: World, client: Client) -> None:
    client.force_login(world.olga, BACKEND)
    assert "Private, of acme" in text_of(page(client, "q=app"))


def test_without_a_word_it_shows_the_most_popular(world: World, client: Client) -> None:
    html = page(client)
    assert "Most popular" in html
    assert "alice/pub" in html


def test_nothing_found_offers_examples(world: World, client: Client) -> None:
    html = page(client, "q=nothing-like-this")
    assert "0 repositories" in html
    assert "docker search index.test/" in html
    assert "to search private repositories too" in html


def test_nothing_found_with_a_filter_offers_to_take_it_out(world: World, client: Client) -> None:
    html = page(client, "q=pub+is:official")
    assert "has this word and fits this filter" in html
    assert address(html, "Search without the filter") == "/search?q=pub"


def test_what_is_longer_than_a_search_is_explained_and_still_in_the_box(
    world: World, client: Client
) -> None:
    long = "a" * (MAXIMUM_LENGTH + 1)
    html = page(client, f"q={long}", status=400)
    assert f"A search has at most {MAXIMUM_LENGTH} characters." in html
    assert f'value="{long}"' in html


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("stars:many", "needs a number, like stars:>=10"),
        ("is:offical", "is:official"),
        ("%22redis", "The closing quotation mark is missing"),
        ("redis sort:stars sort:name", "contradict"),
    ],
)
def test_an_error_in_the_query_is_explained_beside_the_box(
    world: World, client: Client, query: str, said: str
) -> None:
    html = page(client, f"q={query}", status=400)
    assert said in unescape(html)
    assert 'aria-invalid="true" aria-describedby="search-problem"' in html
    assert 'href="/docs/search/"' in html
    assert "<title>Error: " in html


@pytest.mark.parametrize("typed", ["<script>alert(1)</script>", '"><img src=x>', "x' onfocus='y"])
@pytest.mark.parametrize("sound", ["", "stars:many "])
def test_what_was_typed_is_shown_as_text(
    world: World, client: Client, typed: str, sound: str
) -> None:
    apply_changes()
    html = client.get("/search", {"q": sound + typed}).content.decode()
    assert "<script>alert" not in html
    assert "<img src=x" not in html
    assert "onfocus='" not in html


def test_what_others_wrote_is_shown_as_text(world: World, client: Client) -> None:
    make_repository("alice/evil", visibility=PUBLIC, description="<b onclick=x>hi</b> & more")
    html = page(client, "q=evil")
    assert "&lt;b onclick=x&gt;hi&lt;/b&gt; &amp; more" in html
    assert "<b onclick" not in html


@pytest.mark.parametrize("parameters", ["page=2", "order_by=password", "n=9999", "q=x&q=pub"])
def test_other_parameters_say_nothing(world: World, client: Client, parameters: str) -> None:
    assert names(page(client, f"q=pub&{parameters}")) == ["alice/pub"]


def test_the_next_page_is_behind_a_cursor_and_leads_back_to_the_first(
    many: World, client: Client
) -> None:
    first = page(client, "q=many")
    assert "30 repositories" in first
    assert "Back to the first page" not in first
    assert 'rel="next"' in first
    following = address(first, "Next page")
    second = client.get(following).content.decode()
    assert len(names(first)) == 25
    assert sorted(names(first) + names(second)) == [f"alice/many-{n:02}" for n in range(30)]
    assert 'rel="next"' not in second
    assert address(second, "Back to the first page") == "/search?q=many"


def test_what_is_pushed_meanwhile_moves_nothing_to_the_next_page(
    many: World, client: Client
) -> None:
    first = page(client, "q=many")
    make_repository("alice/many", visibility=PUBLIC)
    apply_changes()
    second = client.get(address(first, "Next page")).content.decode()
    assert not set(names(first)) & set(names(second))
    assert len(names(second)) == 5


@pytest.mark.parametrize("cursor", ["x", "1", "%00", "-1", "W10:x:y", "9" * 300, "é"])
def test_a_cursor_that_nobody_gave_out_is_refused(many: World, client: Client, cursor: str) -> None:
    response = client.get(f"/search?q=many&after={cursor}")
    assert response.status_code == 400


def test_a_cursor_of_another_search_is_refused(many: World, client: Client) -> None:
    cursor = address(page(client, "q=many"), "Next page").partition("after=")[2]
    html = page(client, f"q=alice&after={cursor}", status=400)
    assert address(html, "first page") == "/search?q=alice"


def test_a_filter_in_force_has_a_way_out_of_it(many: World, client: Client) -> None:
    html = page(client, "q=many+topic:bread+-is:archived+sort:name")
    assert address(html, "Remove topic:bread") == "/search?q=many+-is%3Aarchived+sort%3Aname"
    assert address(html, "Remove -is:archived") == "/search?q=many+topic%3Abread+sort%3Aname"
    assert address(html, "Remove all") == "/search?q=many+sort%3Aname"
    assert "Remove sort" not in text_of(html)


@pytest.mark.usefixtures("world")
def test_facets_of_marks_are_in_the_language_of_the_page(client: Client) -> None:
    client.cookies["language"] = "de"
    assert '<span class="facet-value">Offiziell</span>' in page(client, "q=base")


def test_a_facet_narrows_the_search_and_widens_it_again(many: World, client: Client) -> None:
    make_repository("alice/many-more", visibility=PUBLIC)
    narrow = address(page(client, "q=many"), "bread")
    assert narrow == "/search?q=many+topic%3Abread"
    html = page(client, narrow.partition("?")[2])
    assert "30 repositories" in html
    assert address(html, "bread 30") == "/search?q=many"


def test_an_order_is_part_of_the_query(many: World, client: Client) -> None:
    html = page(client, "q=many+is:public")
    assert address(html, "Stars") == "/search?q=many+is%3Apublic+sort%3Astars"
    html = page(client, "q=many+is:public+sort:stars")
    assert re.search(r'aria-current="true">Stars<', html)
    assert address(html, "Best match") == "/search?q=many+is%3Apublic"


def test_without_a_word_nothing_is_the_best_match(many: World, client: Client) -> None:
    html = page(client, "q=is:public+sort:stars")
    assert address(html, "Popular") == "/search?q=is%3Apublic"
    assert "Best match" not in text_of(html)


def test_a_corrected_word_is_told_with_a_way_to_insist(world: World, client: Client) -> None:
    make_repository("nginx", visibility=PUBLIC, registry=world.west)
    html = page(client, "q=ngnix+is:official")
    assert names(html) == ["nginx"]
    assert "No results for: ngnix . These are results for nginx ." in text_of(html)
    assert address(html, "nginx") == "/search?q=nginx+is%3Aofficial"
    insist = address(html, "Search for exactly")
    assert insist == "/search?q=%22ngnix%22+is%3Aofficial"
    assert "0 repositories" in page(client, insist.partition("?")[2])


def test_insisting_touches_the_mistyped_word_alone() -> None:
    query = parse_query('Ngnix "old ngnix" -ngnix topic:ngnix is:official')
    corrected = [("ngnix", "nginx")]
    rest = "%22old+ngnix%22+-ngnix+topic%3Angnix+is%3Aofficial"
    assert insisting(query, corrected) == f"/search?q=%22Ngnix%22+{rest}"
    assert as_corrected(query, corrected) == f"/search?q=nginx+{rest}"


def test_where_little_has_the_word_what_follows_is_told(world: World, client: Client) -> None:
    make_repository("nginx", visibility=PUBLIC)
    make_repository("alice/ngnix", visibility=PUBLIC)
    html = page(client, "q=ngnix")
    assert names(html) == ["alice/ngnix", "nginx"]
    assert "Few results for: ngnix . Below are results for nginx ." in text_of(html)
    assert (
        html.index("alice/ngnix</a>") < html.index("Few results for") < html.index(">nginx</a>\n")
    )


def test_what_has_only_some_of_the_words_is_told(world: World, client: Client) -> None:
    html = page(client, "q=pub+zzyzx")
    assert "No repository has all of these words; these have some of them." in html
    assert names(html) == ["alice/pub"]


def test_a_result_says_what_it_runs_on(world: World, client: Client) -> None:
    platforms = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64", "windows/amd64")
    images = [make_image(world.public, layers=(one,), platform=one) for one in platforms]
    point(world.public, "latest", make_index(world.public, images))
    html = page(client, "q=pub")
    assert "Platforms: amd64, arm/v7, arm64, riscv64 and 1 more" in text_of(html)
    assert address(html, "linux/arm64 1") == "/search?q=pub+platform%3Alinux%2Farm64"
    assert "arm/v7 1 repository" not in text_of(html).replace("linux/arm/v7", "")


def test_an_old_address_for_automated_ones_leads_to_the_filter(
    world: World, client: Client
) -> None:
    response = client.get("/search?q=a%26b+web&is-automated=true")
    assert response.status_code == 302
    assert response.headers["Location"] == "/search?q=a%26b+web+is%3Aautomated"
    assert client.get("/search?q=web&is-automated=no").status_code == 200


@pytest.mark.parametrize(
    ("query", "is_open"),
    [
        ("q=pub", True),
        ("", True),
        ("q=pub+is:public", False),
        ("q=pub+sort:name", False),
        ("q=-pub", False),
    ],
)
def test_pages_behind_filters_are_not_for_other_search_engines(
    world: World, client: Client, *, query: str, is_open: bool
) -> None:
    assert ('name="robots"' not in page(client, query)) is is_open


def test_a_verified_owner_and_an_archived_repository_are_marked(
    world: World, client: Client
) -> None:
    Namespace.objects.filter(name="acme").update(is_verified=True)
    make_repository("acme/old", visibility=PUBLIC, mode="archived")
    said = text_of(page(client, "q=old"))
    assert "Verified" in said
    assert "Archived" in said


def test_the_boxes_take_as_much_as_a_search_may_have() -> None:
    for name in ("header", "big_search"):
        template = Path(site.BASE_DIR) / "templates" / "components" / f"{name}.html"
        assert f'maxlength="{MAXIMUM_LENGTH}"' in template.read_text()


def test_other_indexes_have_a_place_only_where_a_setting_names_one(
    world: World, client: Client, settings: Settings
) -> None:
    settings.OTHER_INDEXES = {}
    assert "/search/elsewhere" not in page(client, "q=pub")
    settings.OTHER_INDEXES = {"Other": "https://other.example"}
    html = page(client, "q=pub+is:public")
    assert address(html, "Search other indexes") == "/search/elsewhere?q=pub+is%3Apublic"
    assert "/search/elsewhere" not in page(client, "q=is:public")


def test_it_can_only_be_read(world: World, client: Client) -> None:
    for path in ("/search", "/search/suggestions", "/search/elsewhere"):
        assert client.post(path, {"q": "pub"}).status_code == 405


def test_what_is_shown_of_many_results_is_one_query(many: World, client: Client) -> None:
    page(client, "q=many")
    with CaptureQueriesContext(connection) as asked:
        client.get("/search?q=many")
    of_the_index = [one["sql"] for one in asked if "search_" not in one["sql"]]
    assert len(of_the_index) == 1
    assert "index_repository" in of_the_index[0]
