"""What OpenSearch finds, against the definition that `tests.search.test_engines_agree` holds the database to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count as numbers_from
from secrets import token_hex

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from opensearchpy import OpenSearch

from search.backends.base import Hit, Key, Reach
from search.backends.opensearch_cluster import Address, Cluster, Operation
from search.backends.opensearch_mapping import document_of, index_of
from search.backends.opensearch_queries import count_of, hits_of, page_of, total_of
from search.documents import Described, Entry, entry_of
from search.ranking import partial_plan_of, plan_of, suggestion_plan_of
from tests.search.conftest import MANY
from tests.search.opensearch.conftest import REAL
from tests.search.test_engines_agree import (
    THOROUGH,
    WORLDS,
    Asked,
    _placed,
    described,
    looked_at,
    queries,
    reaches,
    understood,
    words,
)


@pytest.fixture
def cluster(url: str) -> Iterator[Cluster]:
    """A cluster without an index."""
    index = f"waybill-test-{token_hex(6)}"
    yield Cluster(Address((url,), index=index))
    if url == REAL:
        OpenSearch([url]).indices.delete(index=f"{index}-*")


def filled(cluster: Cluster, world: Sequence[Described]) -> list[Entry]:
    """Put entries of these into a new index that is searched, with ids from 1 on."""
    entries = [entry_of(_placed(one, number)) for number, one in zip(numbers_from(1), world)]
    name = cluster.begin_filling(index_of)
    operations = [Operation(one.repository_id, 1, document_of(one)) for one in entries]
    cluster.write(operations, to=[cluster.filling], visible=False)
    cluster.end_filling(name)
    return entries


def found(cluster: Cluster, asked: Asked, after: Key | None, limit: int) -> list[Hit]:
    body = page_of(asked.reach, asked.plan, after=after, limit=limit)
    return cluster.search(body, lambda answer: hits_of(answer, asked.plan))


def check(cluster: Cluster, entries: Sequence[Entry], asked: Asked) -> None:
    """Hold it to the definition: order, pages, marks, and how many there are."""
    expected = looked_at(entries, asked)
    marks = {one.repository_id: set(one.marks.split()) for one in entries}
    hits = found(cluster, asked, None, MANY)
    assert [hit.key for hit in hits] == expected
    assert all(set(hit.marks.split()) == marks[hit.repository_id] for hit in hits)
    for place, key in enumerate(expected):
        assert [hit.key for hit in found(cluster, asked, key, 3)] == expected[place + 1 : place + 4]
    counted = count_of(asked.reach, asked.plan, limit=MANY)
    assert cluster.search(counted, total_of) == len(expected)


quickly = settings(
    max_examples=WORLDS,
    deadline=None,
    database=None,
    derandomize=not THOROUGH,
    suppress_health_check=list(HealthCheck),
)


@quickly
@given(
    world=st.lists(described, min_size=5, max_size=30),
    asked=st.lists(st.tuples(queries, reaches), min_size=4, max_size=4),
)
def test_what_is_found_is_what_the_definition_says(
    cluster: Cluster, world: list[Described], asked: list[tuple[str, Reach]]
) -> None:
    entries = filled(cluster, world)
    for typed, reach in asked:
        check(cluster, entries, Asked(reach, plan_of(understood(typed))))


@quickly
@given(
    world=st.lists(described, min_size=5, max_size=30),
    typed=st.lists(words, min_size=2, max_size=4).map(" ".join),
    reach=reaches,
)
def test_so_are_suggestions_and_what_has_some_of_the_words(
    cluster: Cluster, world: list[Described], typed: str, reach: Reach
) -> None:
    query = understood(typed)
    assume(len(query.terms) > 1)
    entries = filled(cluster, world)
    for plan in (suggestion_plan_of(query), partial_plan_of(query)):
        check(cluster, entries, Asked(reach, plan))
