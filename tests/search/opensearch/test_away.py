"""A cluster that is away, slow or talks nonsense breaks no page: the database answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import partial
from secrets import token_hex
from typing import Any

import pytest
from django.test import Client

from accounts.models import Visibility
from accounts.principals import ANONYMOUS
from index.models import Repository
from search import upkeep
from search.backends import choice
from search.backends.opensearch import OpenSearchEngine
from search.backends.opensearch_cluster import Address, Cluster
from search.engine import search
from search.models import SearchOutbox
from search.query import parse_query
from search.ranking import plan_of
from search.reach import reach_of
from tests.conftest import World
from tests.factories import make_repository
from tests.search.opensearch.conftest import chosen, fill
from tests.search.opensearch.stand_in import StandIn, serve

FAULTS = ["reset", "500", "503", "429", "401", "404", "not all shards", "out of time", "nonsense", "a list", "no JSON"]  # fmt: skip


@pytest.fixture
def filled(world: World, stand_in: StandIn, settings: Any) -> OpenSearchEngine:
    """An engine whose cluster knows less than the database, so that one sees who answered."""
    settings.OPENSEARCH_URLS = (stand_in.url,)
    settings.OPENSEARCH_INDEX = f"waybill-test-{token_hex(6)}"
    settings.OPENSEARCH_USER, settings.OPENSEARCH_PASSWORD = "waybill", "not-for-logs"
    make_repository("bobby/redis", visibility=Visibility.PUBLIC, description="in both")
    fill(chosen())
    Repository.objects.filter(name="bobby/redis").update(description="zebra")
    upkeep.apply_changes()
    stand_in.requests.clear()
    return chosen()


@pytest.fixture
def dead_url() -> Iterator[str]:
    """Where nobody listens, as long as the test runs."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def by_database() -> bool:
    """Search, and tell whether the database answered."""
    return search(ANONYMOUS, parse_query("zebra")).total == 1


@pytest.mark.parametrize("fault", FAULTS)
def test_the_database_answers_whatever_is_wrong(
    filled: OpenSearchEngine, stand_in: StandIn, client: Client, fault: str
) -> None:
    assert not by_database()
    stand_in.faults[:] = [fault] * 20
    assert by_database()
    assert "bobby/redis" in client.get("/search?q=zebra").content.decode()


def test_an_answer_that_does_not_come_is_not_waited_for(
    filled: OpenSearchEngine, stand_in: StandIn
) -> None:
    stand_in.faults[:] = ["hang"] * 20
    assert by_database()


def test_for_a_while_nobody_asks_again_then_one_does(
    filled: OpenSearchEngine, stand_in: StandIn, settings: Any
) -> None:
    now = 0.0
    address = Address((stand_in.url,), index=settings.OPENSEARCH_INDEX)
    engine = OpenSearchEngine(Cluster(address, clock=lambda: now), choice.database)
    asked = partial(engine.count, reach_of(ANONYMOUS), plan_of(parse_query("zebra")), limit=9)
    stand_in.faults[:] = ["500"]
    assert (asked(), asked(), len(stand_in.requests)) == (1, 1, 1)
    now = 6.0
    assert (asked(), len(stand_in.requests)) == (0, 2)


def test_a_question_that_is_refused_closes_nothing(
    filled: OpenSearchEngine, stand_in: StandIn
) -> None:
    stand_in.faults[:] = ["400"] * 2
    assert by_database()
    stand_in.faults.clear()
    assert not by_database()


def test_another_node_is_asked_once(
    filled: OpenSearchEngine, stand_in: StandIn, settings: Any, dead_url: str
) -> None:
    settings.OPENSEARCH_URLS = (dead_url, stand_in.url)
    for _ in range(4):
        assert not by_database()


def test_a_node_that_is_about_to_leave_is_asked_no_more(
    filled: OpenSearchEngine, stand_in: StandIn, settings: Any
) -> None:
    with serve(StandIn()) as other:
        other.faults[:] = ["503"] * 20
        settings.OPENSEARCH_URLS = (other.url, stand_in.url)
        for _ in range(4):
            assert not by_database()


def test_neither_the_password_nor_what_is_searched_for_is_in_a_log(
    filled: OpenSearchEngine, stand_in: StandIn, caplog: pytest.LogCaptureFixture
) -> None:
    for fault in ("400", "500"):
        stand_in.faults[:] = [fault] * 2
        assert by_database()
    told = [record.getMessage() for record in caplog.records if record.name.startswith("search.")]
    assert len(told) >= 2
    assert "zebra" not in " ".join(told)
    assert "not-for-logs" not in caplog.text


def test_it_is_asked_with_the_name_and_password_of_the_settings(
    filled: OpenSearchEngine, stand_in: StandIn
) -> None:
    assert not by_database()
    assert {authorization for _, _, authorization in stand_in.requests} == {"Basic d2F5YmlsbDpub3QtZm9yLWxvZ3M="}  # fmt: skip


@pytest.mark.parametrize("fault", [*FAULTS, "400"])
def test_changes_wait_until_it_is_back(
    filled: OpenSearchEngine, stand_in: StandIn, fault: str
) -> None:
    stand_in.faults[:] = [fault] * 3
    filled.keep_up()
    assert SearchOutbox.objects.count() == 1
    stand_in.faults.clear()
    filled.keep_up()
    assert SearchOutbox.objects.count() == 0
    assert search(ANONYMOUS, parse_query("zebra")).total == 1


def test_the_index_is_searched_on_where_filling_a_new_one_fails(
    filled: OpenSearchEngine, stand_in: StandIn, settings: Any
) -> None:
    alias = settings.OPENSEARCH_INDEX
    before = stand_in.aliases[alias]
    failed = 0
    stand_in.faults[:] = ["500"]
    while filled.fill() is None:
        assert stand_in.aliases[alias] == before
        failed += 1
        stand_in.faults[:] = [*[""] * failed, "500"]
    assert failed >= 6  # at each of its requests
    assert list(stand_in.indexes) == [stand_in.aliases[alias]] != [before]
