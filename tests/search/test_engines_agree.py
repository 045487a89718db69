"""What the database's engine finds, against a search in Python that looks at every entry.

WAYBILL_THOROUGH=1 looks at a thousand worlds instead of some.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count as numbers_from

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from accounts.token_limits import TokenLimits
from search import counting, dictionary, upkeep
from search.backends import buckets, database, postgresql, slots
from search.backends.base import Key, Reach
from search.backends.choice import database as engine
from search.counting import Counting
from search.documents import NEVER, Audience, Described, Entry, entry_of
from search.expressions import All, holds
from search.models import SearchState
from search.query import QueryRefused, SearchQuery, Sort, parse_query
from search.ranking import Plan, partial_plan_of, plan_of, suggestion_plan_of, without
from tests.search.conftest import MANY

THOROUGH = bool(os.environ.get("WAYBILL_THOROUGH"))
WORLDS = 1_000 if THOROUGH else 40
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
FREQUENT = ["exporter", "postgresql", "red", "redis", "web"]  # of which each two have a lexeme
WORDS = ["redis", "red", "web", "exporter", "re", "r2", "postgresql", "größe", "o'neill"]
SPACES = ["library", "acme", "redis", "alice"]
FILTERS = [
    "is:official", "-is:archived", "is:public", "is:private", "owner:acme", "-owner:redis",
    "stars:>=3", "stars:1..4", "stars:0", "pulls:<100", "platform:arm64", "-platform:arm", "topic:db",
    "updated:<30d", "updated:>30d", "updated:2026-05-01..2026-06-01",
    "sort:stars", "sort:pulls", "sort:updated", "sort:name",
]  # fmt: skip

words = st.sampled_from(WORDS)
some_words = st.lists(words, max_size=3).map(" ".join)
short_names = st.builds(
    lambda parts, sign: sign.join(parts),
    st.lists(st.sampled_from(WORDS[:7]), min_size=1, max_size=3),
    st.sampled_from(["-", "_", "."]),
)
described = st.builds(
    Described,
    repository_id=st.just(0),
    namespace_id=st.just(0),
    name=short_names,
    namespace=st.sampled_from(SPACES),
    owner_name=st.sampled_from(["", "Acme Web"]),
    description=some_words,
    readme=some_words,
    topics=st.sampled_from([(), ("db",), ("web", "db")]),
    former_names=st.sampled_from([(), ("acme/old",)]),
    labels=st.just(()),
    platforms=st.sampled_from([(), ("linux/arm64",), ("linux/arm/v7", "linux/amd64")]),
    visibility=st.sampled_from(["public", "public", "internal", "private"]),
    is_official=st.just(value=False),
    is_automated=st.booleans(),
    is_verified=st.booleans(),
    is_archived=st.sampled_from([False, False, False, True]),
    stars=st.integers(0, 5),
    pulls=st.integers(0, 200),
    pushed_at=st.one_of(st.none(), st.integers(0, 90).map(lambda days: NOW - timedelta(days=days))),
    popularity=st.one_of(st.integers(0, 3), st.integers(0, 4095)),
)
piece = st.one_of(
    words,
    words,
    words.map(lambda word: f"-{word}"),
    st.tuples(words, words).map("-".join),
    st.tuples(words, words).map(lambda pair: f'"{" ".join(pair)}"'),
    st.tuples(words, words).map(lambda pair: f'-"{" ".join(pair)}"'),
    short_names.map(lambda name: f"acme/{name}"),
    st.sampled_from(FILTERS),
)
queries = st.lists(piece, max_size=3).map(" ".join)
limits = st.sampled_from(
    [None, None, TokenLimits(("acme/*", "redis/web"), frozenset({"pull"}), frozenset())]
)
reaches = st.one_of(
    st.just(Reach((Audience.EVERYONE,))),
    st.builds(Reach, st.just(tuple(Audience)), limits=limits),
    st.builds(
        Reach,
        st.sampled_from([(Audience.EVERYONE,), (Audience.EVERYONE, Audience.SIGNED_IN)]),
        st.sampled_from([(), (2,), (2, 4)]),
        st.sampled_from([(), (3, 5, 7)]),
        limits,
    ),
)


@pytest.fixture(autouse=True)
def _small_steps(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let PostgreSQL do with thirty entries what it does with millions."""
    monkeypatch.setattr(buckets, "BUCKETS", (2, 4, 8))
    monkeypatch.setattr(postgresql, "GUARD", 4)
    monkeypatch.setattr(postgresql, "_LOOKED_AT", 3)
    monkeypatch.setattr(postgresql, "_LOOKED_AT_MOST", 4)
    monkeypatch.setattr(postgresql, "_SELDOM", 2)
    monkeypatch.setattr(counting, "_PAGE", 2)
    monkeypatch.setattr(postgresql, "_PROBE", 2)
    monkeypatch.setattr(database, "_OFTEN", 5)


@dataclass(frozen=True)
class Asked:
    """A query as the engine is asked it."""

    reach: Reach
    plan: Plan


def saved(world: Sequence[Described]) -> list[Entry]:
    """Write entries of these with ids from 1 on, in buckets if the database has any."""
    entries = [entry_of(_placed(one, number)) for number, one in zip(numbers_from(1), world)]
    bounds: list[list[int]] = []
    frequent: list[str] = []
    if connection.vendor == "postgresql":
        frequent = FREQUENT
        order = sorted(entries, key=lambda one: (-one.popularity, one.repository_id))
        ends = [order[end - 1] for end in buckets.bucket_ends(len(order))]
        bounds = [[one.popularity, one.repository_id] for one in ends]
    upkeep.begin()
    SearchState.objects.update(live="a", bounds=bounds, frequent=frequent)
    slots.forget()
    # As if some were there when the index was made anew, and the others came later.
    slot, half = slots.live(), len(entries) // 2
    words = Counting(slot)
    database.insert(entries[:half], slot)
    for entry in entries[:half]:
        if entry.audience is Audience.EVERYONE:
            words.add(entry)
    dictionary.change_counts(words.counted, slot.name, words.places())
    database.replace(entries[half:], (), slot)
    return entries


def _placed(one: Described, number: int) -> Described:
    official = one.namespace == "library"
    name = f"{one.name}{number}" if number % 3 else one.name
    return replace(
        one,
        repository_id=number,
        namespace_id=SPACES.index(one.namespace) + 1,
        is_official=official,
        name=name if official else f"{one.namespace}/{name}",
    )


def looked_at(entries: Sequence[Entry], asked: Asked) -> list[Key]:
    """What the definition says: each entry is of the first class that holds."""
    found: list[Key] = []
    for entry in entries:
        if is_reached(entry, asked.reach) and passes(entry, asked.plan):
            tier = tier_of(entry, asked.plan)
            assert (tier is not None) == holds(asked.plan.whole, entry.lexemes), entry.name
            if tier is not None:
                found.append((*placed(entry, tier, asked.plan.sort), entry.repository_id))
    return sorted(found)


def tier_of(entry: Entry, plan: Plan) -> int | None:
    """The first class that holds."""
    for number, one in enumerate(plan.classes):
        if holds(All((one, *plan.conditions)), entry.lexemes):
            return number
    return None


def placed(entry: Entry, tier: int, sort: Sort) -> tuple[int, int | str]:
    """Where it stands."""
    places: dict[Sort, tuple[int, int | str]] = {
        Sort.BEST: (tier, -entry.popularity),
        Sort.STARS: (0, -entry.stars),
        Sort.PULLS: (0, -entry.pulls),
        Sort.UPDATED: (0, -((entry.pushed_at - NEVER) // timedelta(microseconds=1))),
        Sort.NAME: (0, entry.name),
    }
    return places[sort]


def is_reached(entry: Entry, reach: Reach) -> bool:
    """Whether whoever has this reach may find it."""
    if entry.audience is Audience.EVERYONE:
        return True
    if reach.limits and not reach.limits.reaches(entry.name):
        return False
    if entry.audience in reach.audiences:
        return True
    return entry.namespace_id in reach.namespaces or entry.repository_id in reach.repositories


def passes(entry: Entry, plan: Plan) -> bool:
    """Whether numbers, times and phrases are as asked."""
    checks = plan.checks
    for asked, number in ((checks.stars, entry.stars), (checks.pulls, entry.pulls)):
        if asked and not (asked.least or 0) <= number <= (number if asked.most is None else asked.most):  # fmt: skip
            return False
    if (period := checks.pushed) and entry.pushed_at == NEVER:
        return False
    if period and period.since and entry.pushed_at < period.since:
        return False
    if period and period.until and entry.pushed_at >= period.until:
        return False
    if entry.repository_id in checks.seen:
        return False
    is_said = all(phrase in entry.text for phrase in checks.phrases)
    return is_said and not any(phrase in entry.text for phrase in checks.absent)


def paged(asked: Asked, size: int) -> list[Key]:
    """Everything, page by page."""
    found: list[Key] = []
    while True:
        behind = found[-1] if found else None
        page = engine.find(asked.reach, asked.plan, after=behind, limit=size)
        found += [hit.key for hit in page]
        if len(page) < size:
            return found


def understood(typed: str) -> SearchQuery:
    """The query; everything where it is none, as two times that exclude each other."""
    try:
        return parse_query(typed, now=NOW)
    except QueryRefused:
        return parse_query("")


def check(entries: Sequence[Entry], asked: Asked) -> None:
    """Hold the engine to the definition: order, pages, marks, and how many there are."""
    expected = looked_at(entries, asked)
    by_id = {entry.repository_id: entry.marks for entry in entries}
    hits = engine.find(asked.reach, asked.plan, after=None, limit=MANY)
    assert [hit.key for hit in hits] == expected
    assert all(hit.marks == by_id[hit.repository_id] for hit in hits)
    for size in (1, 3, 7):
        assert paged(asked, size) == expected
    for most in (2, 10, MANY):
        assert engine.count(asked.reach, asked.plan, limit=most) == min(len(expected), most)


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
    db: None, world: list[Described], asked: list[tuple[str, Reach]]
) -> None:
    with transaction.atomic():
        entries = saved(world)
        for typed, reach in asked:
            check(entries, Asked(reach, plan_of(understood(typed))))
        transaction.set_rollback(True)


@quickly
@given(
    world=st.lists(described, min_size=5, max_size=30),
    typed=st.lists(words, min_size=2, max_size=3).map(" ".join),
    reach=reaches,
)
def test_so_are_suggestions_and_what_has_some_of_the_words(
    db: None, world: list[Described], typed: str, reach: Reach
) -> None:
    query, other = understood(typed), understood(typed.split()[0])
    assume(len(query.terms) > 1)
    with transaction.atomic():
        entries = saved(world)
        for plan in (
            suggestion_plan_of(query),
            partial_plan_of(query),
            without(plan_of(other), [entry.repository_id for entry in entries[::2]]),
        ):
            check(entries, Asked(reach, plan))
        transaction.set_rollback(True)
