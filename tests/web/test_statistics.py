"""Graphs of pulls and pushes: what they show, to whom, and what they cost."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import time_machine
from django.test import Client
from hypothesis import given, settings
from hypothesis.strategies import dates, integers, lists, tuples

from index.models import DailyCount
from index.statistics import Day, Stretch, stretches_of
from index.web.axes import day_marks, round_top
from index.web.statistics_picture import HEIGHT, draw
from tests.conftest import World
from tests.web.drawings import drawings

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


def test_a_year_is_shown_by_weeks_that_leave_no_day_out(world: World, client: Client) -> None:
    for ago in (0, 1, 6, 7, 364):
        count(world, ago=ago, pulls=1)
    page = shown(client, "365")
    assert "5 in 365 days" in page
    assert page.count('<th scope="row">') == 53
    assert "<title>2026-11-16 / 2026-11-21: 2</title>" in page


@given(
    start=dates(date(2020, 1, 1), date(2030, 1, 1)),
    numbers=lists(tuples(integers(0, 10**9), integers(0, 10**9)), min_size=1, max_size=366),
)
@settings(max_examples=60, deadline=None)
def test_weeks_hold_what_their_days_hold_and_follow_each_other(
    start: date, numbers: list[tuple[int, int]]
) -> None:
    days = [Day(start + timedelta(days=at), *pair) for at, pair in enumerate(numbers)]
    stretches = stretches_of(days)
    assert sum(one.pulls for one in stretches) == sum(one.pulls for one in days)
    assert sum(one.pushes for one in stretches) == sum(one.pushes for one in days)
    assert (stretches[0].first, stretches[-1].last) == (days[0].day, days[-1].day)
    for one, following in pairwise(stretches):
        assert following.first == one.last + timedelta(days=1)


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


def of(*numbers: int) -> list[Stretch]:
    """Return days with so many pulls."""
    return [
        Stretch(day, day, number, 0)
        for at, number in enumerate(numbers)
        for day in [TODAY + timedelta(days=at)]
    ]


def test_a_small_day_beside_a_large_one_is_still_seen() -> None:
    graph = draw("pull", of(1, 1_000_000, 0))
    assert [bar.height for bar in graph.bars] == [2, HEIGHT, 0]


@given(lists(integers(0, 10**12), min_size=1, max_size=90))
@settings(max_examples=60, deadline=None)
def test_bars_are_as_high_as_their_numbers_and_stay_inside(numbers: list[int]) -> None:
    graph = draw("pull", of(*numbers))
    heights = [bar.height for bar in graph.bars]
    assert all(0 <= height <= HEIGHT for height in heights)
    assert all(bar.y + bar.height == HEIGHT for bar in graph.bars)
    ordered = [height for _, height in sorted(zip(numbers, heights, strict=True))]
    assert ordered == sorted(ordered)
    assert graph.total == sum(numbers)
    assert [bool(height) for height in heights] == [bool(number) for number in numbers]


@given(integers(1, 366))
@settings(max_examples=60, deadline=None)
def test_bars_stand_one_beside_the_other_within_the_width(length: int) -> None:
    bars = draw("pull", of(*[1] * length)).bars
    places = [(float(bar.x[:-1]), float(bar.width[:-1])) for bar in bars]
    assert all(x >= 0 and x + width <= 100 for x, width in places)
    assert all(x + width < following for (x, width), (following, _) in pairwise(places))


@given(integers(0, 10**13))
@settings(deadline=None)
def test_an_axis_ends_at_a_round_number_not_far_above(most: int) -> None:
    top = round_top(most)
    assert top >= most
    assert top % 2 == 0
    assert top <= max(2, 5 * most)


@pytest.mark.parametrize("length", [1, 30, 53, 90])
def test_marks_of_time_go_from_left_to_right_and_stay_inside(length: int) -> None:
    apart = 7 if length == 53 else 1
    days = [TODAY - timedelta(days=apart * at) for at in reversed(range(length))]
    places = [float(mark.x[:-1]) for mark in day_marks(days)]
    assert 0 < len(places) <= 8
    assert places == sorted(places)
    assert all(0 <= place <= 100 for place in places)


def test_numbers_drawn_are_the_numbers_of_the_table(world: World, client: Client) -> None:
    for ago, pulls in enumerate((7, 0, 12_345, 1)):
        count(world, ago=ago, pulls=pulls)
    page = shown(client)
    drawn = re.findall(r"<title>(2026-[\d-]+): ([\d,]+)</title>", page)[:30]
    listed = re.findall(
        r'(2026-[\d-]+)</time></th><td class="number" data-label="Pulls">(\d+)<', page
    )
    assert [(day, int(number.replace(",", ""))) for day, number in drawn] == [
        (day, int(number)) for day, number in reversed(listed)
    ]


def test_the_pictures_are_well_formed_with_title_and_description(
    world: World, client: Client
) -> None:
    count(world, ago=2, pulls=3)
    pictures = drawings(shown(client), "plot-area")
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.findtext("title")
        assert picture.findtext("desc")


def test_nothing_at_all_is_no_bar_and_says_so(world: World, client: Client) -> None:
    assert [bar.height for bar in draw("pull", of(0)).bars] == [0]
    assert "None from 2026-10-23 to 2026-11-21." in shown(client)
