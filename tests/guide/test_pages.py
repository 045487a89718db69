"""The pages of the guide: who sees what, the search, old addresses."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import get_resolver
from pytest_django import DjangoAssertNumQueries

from config.guide.chapters import ENGLISH, chapters_for, every_chapter
from config.guide.finding import find
from config.guide.places import PLACES
from tests.conftest import World


def found(query: str, *, is_administrator: bool = False) -> list[str]:
    """Return where the guide says it: `chapter#anchor`."""
    chapters = chapters_for(ENGLISH, is_administrator=is_administrator)
    return [f"{hit.chapter.slug}#{hit.section.anchor}" for hit in find(chapters, query).hits]


def test_everybody_may_read_the_guide(client: Client, db: None) -> None:
    page = client.get("/docs/").content.decode()
    assert 'href="/docs/start/"' in page
    assert client.get("/docs/start/").status_code == 200


def test_the_chapter_for_administrators_is_for_nobody_else(world: World, client: Client) -> None:
    for person in (None, world.alice):
        if person:
            client.force_login(person)
        assert client.get("/docs/administration/").status_code == 404
        assert "/docs/administration/" not in client.get("/docs/").content.decode()
        assert "administration" not in client.get("/docs/?q=reconciliation").content.decode()
    client.force_login(world.root)
    assert client.get("/docs/administration/").status_code == 200


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/help", "/docs/"),
        ("/docs", "/docs/"),
        ("/docs/errors", "/docs/errors/"),
        ("/api/docs", "/docs/api/"),
        ("/docs/api", "/docs/api/"),
    ],
)
def test_addresses_of_before_lead_to_those_of_today(
    client: Client, db: None, old: str, new: str
) -> None:
    answer = client.get(old)
    assert (answer.status_code, answer.headers["Location"]) == (301, new)


def test_an_unknown_chapter_is_not_found(client: Client, db: None) -> None:
    assert client.get("/docs/nothing/").status_code == 404
    assert client.get("/docs/api/nothing/").status_code == 404


def test_a_chapter_leads_to_its_neighbours(client: Client, db: None) -> None:
    page = client.get("/docs/login/").content.decode()
    assert '<a rel="prev" href="/docs/start/">' in page
    assert '<a rel="next" href="/docs/images/">' in page


def test_reading_the_guide_asks_the_database_for_nothing(
    client: Client, db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/docs/errors/")
    with django_assert_num_queries(0):
        client.get("/docs/errors/")
        client.get("/docs/?q=immutable")


@pytest.mark.parametrize(
    ("query", "place"),
    [
        ("immutable", "tags#immutable"),
        ("retention", "tags#retention"),
        ("webhook signature", "webhooks#signature"),
        ("kubernetes", "login#kubernetes"),
        ("denied: 'bob' may pull but not push acme/app", "errors#denied"),
        ("x509 certificate", "errors#certificate"),
        ("recovery code", "account#lost"),
    ],
)
def test_the_search_finds_the_section(query: str, place: str) -> None:
    assert place in found(query)[:3]


def test_the_search_shows_the_sentence_around_the_word_and_marks_it(
    client: Client, db: None
) -> None:
    page = client.get("/docs/", {"q": "dry run"}).content.decode()
    assert "<mark>dry</mark> <mark>run</mark> before a rule is saved" in page
    assert 'href="/docs/tags/#retention"' in page


def test_what_was_typed_is_shown_as_text(client: Client, db: None) -> None:
    page = client.get("/docs/", {"q": "<script>x</script>"}).content.decode()
    assert "<script>x" not in page
    assert "&lt;script&gt;x" in page


@pytest.mark.parametrize(
    "query", ["", "   ", "?", "xyzzyq", "a" * 5000, "(" * 200, "\\", "a b " * 99]
)
def test_no_query_is_too_strange(client: Client, db: None, query: str) -> None:
    assert client.get("/docs/", {"q": query}).status_code == 200


def test_a_search_without_any_hit_says_what_to_do(client: Client, db: None) -> None:
    page = client.get("/docs/", {"q": "xyzzyq"}).content.decode()
    assert "The guide says nothing of this" in page
    assert 'href="/search?q=xyzzyq"' in page


def test_where_no_section_has_all_words_that_is_said(client: Client, db: None) -> None:
    page = client.get("/docs/", {"q": "retention xyzzyq"}).content.decode()
    assert "No chapter has all of these words" in page
    assert "/docs/tags/#retention" in page


def test_the_search_knows_operations_of_the_api(client: Client, db: None) -> None:
    page = client.get("/docs/", {"q": "access token"}).content.decode()
    assert 'href="/docs/api/user/#user-tokens-create"' in page


@pytest.mark.parametrize(("beginning", "slug", "anchor"), PLACES)
def test_help_leads_from_pages_that_exist_to_places_that_exist(
    beginning: str, slug: str, anchor: str
) -> None:
    names = [name for name in get_resolver().reverse_dict if isinstance(name, str)]
    assert any(name[: len(beginning)] == beginning for name in names)
    chapter = next(one for one in every_chapter(ENGLISH) if one.slug == slug)
    assert not anchor or anchor in [section.anchor for section in chapter.contents]


def test_help_leads_from_a_page_to_what_the_guide_says_of_it(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert 'href="/docs/login/#tokens">Help</a>' in client.get("/settings/tokens").content.decode()
    assert 'href="/docs/">Help</a>' in client.get("/explore").content.decode()


def test_a_search_for_images_without_any_hit_leads_to_the_guide(client: Client, db: None) -> None:
    page = client.get("/search", {"q": "xyzzy quux"}).content.decode()
    assert 'href="/docs/?q=xyzzy%20quux">Search the guide</a>' in page


@pytest.mark.parametrize("address", ["/docs/errors/", "/docs/api/", "/docs/api/repositories/"])
def test_what_is_long_is_rendered_once(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    client.get(address)
    monkeypatch.setattr("config.guide.views.render_to_string", None)
    assert client.get(address).status_code == 200
