"""OpenSearch finds what the database's engine finds, and hides what the database hides."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import Visibility
from accounts.principals import ANONYMOUS, Principal
from index.models import Repository, RepositoryState
from search import upkeep
from search.backends import choice
from search.backends.base import Hit
from search.backends.opensearch import OpenSearchEngine
from search.backends.opensearch_outbox import note
from search.engine import best_hits, search, suggest
from search.query import parse_query
from search.ranking import plan_of
from search.reach import reach_of
from tests.conftest import World
from tests.factories import make_repository
from tests.search.opensearch.conftest import fill

PUBLIC = Visibility.PUBLIC
TYPED = (
    "", "redis", "red", "redis exporter", "redis-exporter", "redisexporter", "acme", "acme/redis-exporter",
    '"in memory"', 'redis -"in memory"', "redis -exporter", "is:official", "topic:database", "owner:acme",
    "platform:arm64", "stars:>=5", "pulls:<100 redis", "updated:<1000d", "sort:stars", "redis sort:name",
    "sort:updated", "sort:pulls is:public", "archived", "nothing-like-it",
)  # fmt: skip


@pytest.fixture
def crowd(world: World) -> World:
    """Add some that are alike, of every visibility."""
    kept = "a store in memory"
    make_repository(
        "redis", visibility=PUBLIC, description=f"Redis, {kept}", star_count=90, pull_count=9_000
    )
    make_repository("bobby/redis", visibility=PUBLIC, description=kept, star_count=5)
    make_repository("acme/redis-exporter", visibility=PUBLIC, topics=["database"], pull_count=70)
    make_repository("acme/inside", visibility=Visibility.INTERNAL, description="redis of ours")
    make_repository("acme/redis-secret", description="redis, quite secret")
    make_repository("alice/redis", visibility=PUBLIC, pushed=False)
    make_repository(
        "alice/other", visibility=PUBLIC, readme="It works with redis in memory.", star_count=5
    )
    make_repository("alice/old-redis", visibility=PUBLIC, mode="archived", star_count=500)
    return world  # fmt: skip


@pytest.fixture
def filled(crowd: World, engine: OpenSearchEngine) -> OpenSearchEngine:
    """The engine, with everything in it."""
    fill(engine)
    return engine


def everybody(world: World) -> list[Principal]:
    """Return those who see different things."""
    return [ANONYMOUS, *map(Principal, (world.bob, world.alice, world.mia, world.olga, world.root))]


def names(typed: str, principal: Principal = ANONYMOUS) -> list[str]:
    """The names on the first page."""
    return [found.name for found in search(principal, parse_query(typed)).results]


@pytest.mark.parametrize("typed", TYPED)
def test_it_finds_counts_and_orders_as_the_database_does(
    crowd: World, filled: OpenSearchEngine, typed: str
) -> None:
    plan = plan_of(parse_query(typed))
    for principal in everybody(crowd):
        reach = reach_of(principal)
        expected = choice.database.find(reach, plan, after=None, limit=50)
        assert as_sets(filled.find(reach, plan, after=None, limit=50)) == as_sets(expected)
        assert filled.count(reach, plan, limit=50) == len(expected)
        for place, hit in enumerate(expected):
            behind = filled.find(reach, plan, after=hit.key, limit=2)
            assert as_sets(behind) == as_sets(expected[place + 1 : place + 3])


def as_sets(hits: list[Hit]) -> list[tuple[object, set[str]]]:
    """Return hits as they compare: marks come in another order."""
    return [(hit.key, set(hit.marks.split())) for hit in hits]


def test_counting_ends_where_it_was_told_to(filled: OpenSearchEngine) -> None:
    assert filled.count(reach_of(ANONYMOUS), plan_of(parse_query("")), limit=3) == 3


def test_what_turns_private_is_gone_at_once_and_from_numbers_too(
    crowd: World, filled: OpenSearchEngine
) -> None:
    before = names("redis exporter")
    Repository.objects.filter(name="acme/redis-exporter").update(visibility=Visibility.PRIVATE)
    assert before == ["acme/redis-exporter"]
    for _ in range(2):  # while it is noted, and while it waits to be sent
        page = search(ANONYMOUS, parse_query("redis"))
        assert "acme/redis-exporter" not in [found.name for found in page.results]
        assert page.total == len(page.results)
        assert (
            filled.count(reach_of(ANONYMOUS), plan_of(parse_query("redis")), limit=9) == page.total
        )
        assert not any("o/acme" in hit.marks for hit in best_hits(ANONYMOUS, parse_query("redis")))
        assert "acme/redis-exporter" not in [one.name for one in suggest(ANONYMOUS, "redis-e")]
        upkeep.apply_changes()
    filled.keep_up()
    assert names("redis exporter") != before
    assert names("redis exporter", Principal(crowd.olga)) == before


@pytest.mark.parametrize("how", ["deleted", "in the trash"])
def test_what_is_deleted_is_gone_at_once(filled: OpenSearchEngine, how: str) -> None:
    found = Repository.objects.filter(name="bobby/redis")
    gone = found.get().pk
    if how == "deleted":
        found.delete()
    else:
        found.update(state=RepositoryState.TRASHED)
    plan = plan_of(parse_query("store"))
    for _ in range(3):  # noted, waiting to be sent, sent
        hits = filled.find(reach_of(ANONYMOUS), plan, after=None, limit=9)
        assert gone not in [hit.repository_id for hit in hits]
        assert len(hits) == filled.count(reach_of(ANONYMOUS), plan, limit=9) > 0
        if upkeep.apply_changes() == 0:
            filled.keep_up()


def test_a_change_that_hides_nothing_is_found_as_before_until_it_is_sent(
    filled: OpenSearchEngine,
) -> None:
    Repository.objects.filter(name="bobby/redis").update(description="zebras")
    assert "bobby/redis" in names("bobby redis")
    assert names("zebras") == []
    upkeep.apply_changes()
    filled.keep_up()
    assert names("zebras") == ["bobby/redis"]


def test_far_behind_it_is_not_asked(filled: OpenSearchEngine) -> None:
    Repository.objects.filter(name="bobby/redis").update(description="zebras")
    upkeep.apply_changes()
    assert names("zebras") == []
    note(range(10**9, 10**9 + 2_000))
    assert names("zebras") == ["bobby/redis"]


def test_as_long_as_it_was_never_filled_the_database_answers(
    crowd: World, engine: OpenSearchEngine, client: Client
) -> None:
    upkeep.apply_changes()
    assert names("bobby redis")[0] == "bobby/redis"
    assert client.get("/search?q=redis").status_code == 200
