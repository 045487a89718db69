"""The search page."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Visibility
from tests.conftest import World
from tests.factories import make_repository

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def page(client: Client, query: str = "", *, status: int = 200) -> str:
    """Open the page."""
    response = client.get(f"/search?{query}")
    assert response.status_code == status
    return str(response.content.decode())


def test_it_shows_count_names_and_badges_to_anyone(world: World, client: Client) -> None:
    html = page(client, "q=base")
    assert "1 repository" in html
    assert "Official" in html


def test_it_shows_to_each_what_he_may_see(world: World, client: Client) -> None:
    assert "alice/priv" not in page(client, "q=alice")
    client.force_login(world.alice, BACKEND)
    html = page(client, "q=alice")
    assert "alice/priv" in html
    assert "2 repositories" in html


def test_without_a_word_it_shows_the_most_popular(world: World, client: Client) -> None:
    html = page(client)
    assert "Most popular" in html
    assert "alice/pub" in html


def test_nothing_found_offers_examples(world: World, client: Client) -> None:
    html = page(client, "q=nothing-like-this")
    assert "0 repositories" in html
    assert "docker search index.test/" in html


@pytest.mark.parametrize("query", ["q=" + "a" * 101, "q=" + "%20" * 101])
def test_what_cannot_be_searched_is_explained(world: World, client: Client, query: str) -> None:
    assert "A search has at most 100 characters." in page(client, query, status=400)


@pytest.mark.parametrize("number", ["0", "-1", "abc", "99", "9" * 30, "2"])
def test_a_page_that_is_not_there_shows_the_nearest(
    world: World, client: Client, number: str
) -> None:
    for count in range(30):
        make_repository(f"alice/many-{count}", visibility=Visibility.PUBLIC)
    html = page(client, f"q=many&page={number}")
    assert "30 repositories" in html
    assert html.count("alice/many-") >= 5


def test_the_next_page_keeps_the_question(world: World, client: Client) -> None:
    for count in range(26):
        make_repository(f"alice/many-{count}", visibility=Visibility.PUBLIC, description="a&b")
    assert "?q=a%26b+many&amp;page=2" in page(client, "q=a%26b+many")


def test_what_was_typed_is_shown_as_text(world: World, client: Client) -> None:
    assert "<script>alert" not in page(client, "q=<script>alert(1)</script>")


def test_it_can_only_be_read(world: World, client: Client) -> None:
    assert client.post("/search", {"q": "pub"}).status_code == 405
