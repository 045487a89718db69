"""The form for a new repository, and pasted references."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.models import Visibility
from index.models import Repository
from tests.conftest import World

FIELDS = {"namespace": "alice", "name": "fresh", "description": "", "visibility": "private"}


def test_the_form_starts_private_and_with_ones_own_namespace(world: World, client: Client) -> None:
    client.force_login(world.alice)
    page = client.get("/new").content.decode()
    assert "index.test/alice/name" in page
    assert re.search(r'value="private"[^>]* checked', page)
    assert ">acme<" not in page


def test_a_repository_is_created_and_shows_what_to_push(world: World, client: Client) -> None:
    client.force_login(world.alice)
    response = client.post("/new", FIELDS, follow=True)
    assert response.redirect_chain == [("/r/alice/fresh", 302)]
    assert "docker push index.test/<wbr>alice/<wbr>fresh" in response.content.decode()
    assert Repository.objects.get(name="alice/fresh").visibility == Visibility.PRIVATE


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Fresh"},
        {"name": "a//b"},
        {"name": "pub"},
        {"name": ""},
        {"namespace": "acme"},
        {"namespace": "library"},
        {"visibility": "secret"},
        {"description": "x" * 101},
    ],
)
def test_what_is_not_valid_is_refused_with_a_reason(
    world: World, client: Client, change: dict[str, str]
) -> None:
    client.force_login(world.alice)
    before = Repository.objects.count()
    response = client.post("/new", FIELDS | change)
    assert response.status_code == 200
    assert "Please check this form" in response.content.decode()
    assert Repository.objects.count() == before


def test_an_owner_creates_in_the_organization(world: World, client: Client) -> None:
    client.force_login(world.olga)
    assert client.post("/new", FIELDS | {"namespace": "acme"}).status_code == 302
    assert Repository.objects.filter(name="acme/fresh").exists()


def test_an_administrator_creates_official_images(world: World, client: Client) -> None:
    client.force_login(world.root)
    response = client.post("/new", FIELDS | {"namespace": "library"})
    assert response.headers["Location"] == "/r/fresh"


@pytest.mark.parametrize(
    ("pasted", "page"),
    [
        ("/alice/pub", "/r/alice/pub"),
        ("/alice/pub:1.0", "/r/alice/pub"),
        ("/alice/pub:1.0@sha256:" + "a" * 64, "/r/alice/pub"),
        ("/base", "/r/base"),
        ("/base:latest", "/r/base"),
        ("/library/base:latest", "/r/base"),
    ],
)
def test_a_pasted_reference_finds_its_page(
    world: World, client: Client, pasted: str, page: str
) -> None:
    assert client.get(pasted).headers["Location"] == page


@pytest.mark.parametrize(
    "pasted",
    ["/alice/priv", "/alice/nope", "/Alice/pub", "/alice/pub:", "/alice//pub", "/settings/x/y"],
)
def test_other_references_are_not_found(world: World, client: Client, pasted: str) -> None:
    assert client.get(pasted).status_code == 404


def test_a_missing_slash_still_leads_to_the_account_pages(world: World, client: Client) -> None:
    assert client.get("/accounts/login").headers["Location"] == "/accounts/login/"
