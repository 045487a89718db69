"""A cluster for each test: the stand-in, and a real one too where it is named."""

from __future__ import annotations

import os
from collections.abc import Iterator
from secrets import token_hex
from typing import Any

import pytest
from opensearchpy import OpenSearch

from search import upkeep
from search.backends import choice, slots
from search.backends.opensearch import OpenSearchEngine
from tests.search.opensearch.stand_in import StandIn, serve

REAL = os.environ.get("WAYBILL_TEST_OPENSEARCH_URL", "")
CLUSTERS = ["stand-in", *(["real"] if REAL else [])]


@pytest.fixture
def stand_in() -> Iterator[StandIn]:
    """A stand-in that is served."""
    with serve(StandIn()) as served:
        yield served


@pytest.fixture(params=CLUSTERS)
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where a cluster is."""
    if request.param == "real":
        yield REAL
        return
    with serve(StandIn()) as served:
        yield served.url


@pytest.fixture
def engine(url: str, settings: Any) -> Iterator[OpenSearchEngine]:
    """The engine that is searched; nothing is filled yet."""
    settings.OPENSEARCH_URLS = (url,)
    settings.OPENSEARCH_INDEX = f"waybill-test-{token_hex(6)}"
    slots.forget()
    yield chosen()
    if url == REAL:
        OpenSearch([url]).indices.delete(index=f"{settings.OPENSEARCH_INDEX}-*")


def chosen() -> OpenSearchEngine:
    """Return what the settings choose."""
    found = choice.opensearch()
    assert found
    return found


def fill(engine: OpenSearchEngine) -> None:
    """Index everything, in the database and in the cluster."""
    upkeep.apply_changes()
    assert engine.fill() is not None
    engine.keep_up()
