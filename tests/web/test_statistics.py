"""Graphs of pulls and pushes: what they show, to whom, and what they cost."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from index.models import DailyCount
from index.web.statistics_picture import HEIGHT, draw
from tests.conftest import World

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(datetime(2026, 11, 21, 23, 30, tzinfo=UTC), tick=False):
        yield


def count(world: World, *, ago: int, pulls: int = 0, pushes: int = 0) -> None:
    """Let a day have numbers."""
    day = TODAY - timedelta(days=ago)
    DailyCount.objects.create(repository=world.public, day=day, pulls=pulls, pushes=pushes)


def shown(client: Client, days: str = "30") -> str:
    """Return the page."""
    return client.get(f"/r/alice/pub/-/statistics?days={days}").content.decode()


def test_days_are_shown_with_what_was_counted(world: World, client: Client) -> None:
    count(world, ago=0, pulls=7, pushes=2)
    count(world, ago=29, pulls=5)
    page = shown(client)
    assert "12 in 30 days" in page
    assert "2 in 30 days" in page
    assert "most: 7 on 2026-11-21" in page
    assert "<title>2026-10-23: 5</title>" in page


def test_what_is_older_is_shown_when_it_is_asked_for(world: World, client: Client) -> None:
    count(world, ago=30, pulls=3)
    assert "0 in 30 days" in shown(client)
    assert "3 in 90 days" in shown(client, "90")
    assert "3 in 365 days" in shown(client, "365")


def test_days_without_are_zero_in_the_table(world: World, client: Client) -> None:
    page = shown(client, "90")
    assert page.count('<th scope="row">') == 90
    assert page.count('data-label="Pulls">0<') == 90


@pytest.mark.parametrize("odd", ["", "31", "-1", "x", "1e9", "٣٠"])
def test_other_spans_are_the_first(world: World, client: Client, odd: str) -> None:
    assert "in 30 days" in shown(client, odd)


@pytest.mark.parametrize("name", ["alice/priv", "alice/nope"])
def test_a_stranger_learns_nothing(world: World, client: Client, name: str) -> None:
    client.force_login(world.bob)
    assert client.get(f"/r/{name}/-/statistics").status_code == 404
    assert client.get(f"/api/v1/repositories/{name}/-/statistics").status_code == 404


def test_a_reader_sees_a_private_repositorys_numbers(world: World, client: Client) -> None:
    client.force_login(world.rita)
    assert client.get("/r/acme/app/-/statistics").status_code == 200


def test_the_same_is_in_the_api(world: World, client: Client) -> None:
    count(world, ago=1, pulls=4, pushes=1)
    client.force_login(world.bob)
    found = client.get("/api/v1/repositories/alice/pub/-/statistics?days=90").json()
    assert len(found["days"]) == 90
    assert found["days"][-2] == {"day": "2026-11-20", "pulls": 4, "pushes": 1}
    assert found["days"][-1] == {"day": "2026-11-21", "pulls": 0, "pushes": 0}


def test_the_api_refuses_other_spans(world: World, client: Client) -> None:
    client.force_login(world.bob)
    assert client.get("/api/v1/repositories/alice/pub/-/statistics?days=31").status_code == 400


def test_a_year_costs_as_many_queries_as_a_month(
    world: World, client: Client, django_assert_max_num_queries: Any
) -> None:
    for ago in range(365):
        count(world, ago=ago, pulls=ago)
    with django_assert_max_num_queries(6):
        shown(client, "30")
    with django_assert_max_num_queries(6):
        shown(client, "365")


def test_a_small_day_beside_a_large_one_is_still_seen() -> None:
    graph = draw("pull", [(TODAY, 1), (TODAY, 1_000_000), (TODAY, 0)])
    assert [bar.height for bar in graph.bars] == [2.0, HEIGHT]


def test_nothing_at_all_is_no_bar_and_says_so(world: World, client: Client) -> None:
    assert draw("pull", [(TODAY, 0)]).bars == []
    assert "None from 2026-10-23 to 2026-11-21." in shown(client)
