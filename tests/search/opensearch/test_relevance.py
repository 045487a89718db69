"""The questions of `tests.search.relevance`, asked of OpenSearch: the same first pages as the databases give."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from secrets import token_hex

import pytest
import time_machine
from django.db import transaction
from django.test import override_settings
from opensearchpy import OpenSearch
from pytest_django import DjangoDbBlocker

from search.backends import slots
from search.rebuild import rebuild_index
from tests.search.opensearch.conftest import CLUSTERS, REAL, chosen
from tests.search.opensearch.stand_in import StandIn, serve
from tests.search.relevance.corpus import NOW, load_corpus, take_stock
from tests.search.relevance.measure import measure, read_questions
from tests.search.relevance.test_relevance import FIRST_PAGES, GOOD, first_page, written

Pages = Mapping[str, Sequence[str]]


@pytest.fixture(scope="module", params=CLUSTERS)
def where(request: pytest.FixtureRequest) -> Iterator[tuple[str, str]]:
    """An address, and what names of indexes begin with there."""
    index = f"waybill-test-{token_hex(6)}"
    if request.param == "real":
        yield REAL, index
        OpenSearch([REAL]).indices.delete(index=f"{index}-*")
        return
    with serve(StandIn()) as served:
        yield served.url, index


@pytest.fixture(scope="module")
def pages(
    where: tuple[str, str], django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Pages:
    """Load everything once, ask every question, and leave the database as it was."""
    url, index = where
    with (
        django_db_blocker.unblock(),
        override_settings(OPENSEARCH_URLS=(url,), OPENSEARCH_INDEX=index),
        transaction.atomic(),
    ):
        with time_machine.travel(NOW, tick=False):
            load_corpus()
            take_stock()
            rebuild_index()
            take_stock()
            slots.forget()
            assert chosen().fill() == 3_000
            chosen().keep_up()
            found = {question.text: first_page(question.text) for question in read_questions()}
        transaction.set_rollback(True)
    slots.forget()
    return found


@pytest.mark.django_db
def test_what_people_mean_comes_first(pages: Pages) -> None:
    measured = measure(read_questions(), pages)
    assert measured.mean_reciprocal_rank >= GOOD, measured.report()


@pytest.mark.django_db
def test_first_pages_are_the_same_as_on_each_database(pages: Pages) -> None:
    assert written(pages) == FIRST_PAGES.read_text(encoding="utf-8")
