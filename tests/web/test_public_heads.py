"""What search engines and chats are told: of public pages something, of all others nothing."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Visibility
from config.version import NUMBER
from tests.conftest import World

NOINDEX = '<meta name="robots" content="noindex">'


def head_of(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode().partition("</head>")[0]


@pytest.mark.parametrize("path", ["/", "/explore", "/r/alice/pub", "/u/alice", "/docs/search/"])
def test_public_pages_say_what_they_are(world: World, client: Client, path: str) -> None:
    head = head_of(client, path)
    assert f'<link rel="canonical" href="http://index.test{path}">' in head
    assert '<meta property="og:title" content="' in head
    assert NOINDEX not in head


@pytest.mark.parametrize("path", ["/search", "/docs/", "/docs/api/", "/docs/api/webhooks/"])
def test_what_leads_to_them_may_be_found_as_well(world: World, client: Client, path: str) -> None:
    assert NOINDEX not in head_of(client, path)


def test_a_public_repository_is_described_by_its_line(world: World, client: Client) -> None:
    world.public.description = 'A "small" image <b>'
    world.public.save()
    head = head_of(client, "/r/alice/pub")
    assert 'name="description" content="A &quot;small&quot; image &lt;b&gt;"' in head


@pytest.mark.parametrize("visibility", [Visibility.PRIVATE, Visibility.INTERNAL])
def test_of_other_repositories_nothing_is_said(
    world: World, client: Client, visibility: Visibility
) -> None:
    world.app.visibility = visibility
    world.app.description = "A secret plan."
    world.app.save()
    client.force_login(world.olga)
    head = head_of(client, "/r/acme/app")
    assert NOINDEX in head
    assert "og:" not in head
    assert "A secret plan." not in head


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_doors_are_no_results_of_a_search(world: World, client: Client, path: str) -> None:
    assert NOINDEX in head_of(client, path)


def test_the_address_of_a_page_is_one_without_a_query(world: World, client: Client) -> None:
    assert 'rel="canonical" href="http://index.test/u/alice"' in head_of(client, "/u/alice?page=1")


def test_administrators_alone_read_the_version(world: World, client: Client) -> None:
    client.force_login(world.alice)
    assert f"Version {NUMBER}" not in client.get("/explore").content.decode()
    client.force_login(world.root)
    assert f"Version {NUMBER}" in client.get("/explore").content.decode()
