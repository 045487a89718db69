"""What the page shows of other indexes: text of strangers, under a heading for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django.fixtures import Settings

from tests.conftest import World
from tests.search.index_elsewhere import OtherIndex, running_index


@pytest.fixture
def hub(settings: Settings) -> Iterator[OtherIndex]:
    """The one that the setting names."""
    cache.clear()
    with running_index() as index:
        settings.OTHER_INDEXES = {"Hub <of strangers>": index.url}
        yield index


def page(client: Client, query: str, *, status: int = 200) -> str:
    """Open the page."""
    response = client.get(f"/search/elsewhere?{query}")
    assert response.status_code == status
    return str(response.content.decode())


def test_each_index_has_a_heading_and_its_rows(
    world: World, client: Client, hub: OtherIndex
) -> None:
    hub.knows({"name": "far/web", "description": "Serves", "star_count": 1, "is_official": True})
    html = page(client, "q=web")
    assert "Hub &lt;of strangers&gt;" in html
    assert "far/<wbr>web" in html
    assert "Official there" in html
    assert 'name="robots" content="noindex, nofollow"' in html
    assert '<div id="elsewhere">' in html  # what the search page takes out of it


def test_what_strangers_wrote_is_shown_as_text(
    world: World, client: Client, hub: OtherIndex
) -> None:
    hub.knows({"name": "far/web", "description": "<img src=x onerror=y>"})
    html = page(client, "q=web")
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=y&gt;" in html


def test_one_that_is_in_trouble_says_so(world: World, client: Client, hub: OtherIndex) -> None:
    hub.status = 500
    assert "did not answer." in page(client, "q=web")


def test_one_that_knows_nothing_says_so(world: World, client: Client, hub: OtherIndex) -> None:
    assert "Nothing was found there." in page(client, "q=web")


def test_filters_alone_are_not_asked_elsewhere(
    world: World, client: Client, hub: OtherIndex
) -> None:
    assert "No other index was asked" in page(client, "q=is:private+x")
    assert hub.asked == []


def test_an_error_in_the_query_is_explained(world: World, client: Client, hub: OtherIndex) -> None:
    html = page(client, "q=stars:many", status=400)
    assert "needs a number" in html
    assert hub.asked == []
