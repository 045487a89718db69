"""What is one's own is asked for by words that each entry must have: never fewer entries than match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from accounts.principals import Principal
from accounts.statements import run
from search import apps, drift, schema
from search.backends.own import kept_as, keys_of
from search.dictionary import Known
from search.expressions import All, AnyOf, Expression, Not, Prefix, holds
from search.rebuild import rebuild_index
from tests.factories import new_repository
from tests.search.conftest import hits, indexed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import World

WORDS = st.sampled_from(["redis", "alpine", "red", "elasticsearch"])
LEXEMES = st.builds("{}/{}".format, st.sampled_from("aenrwxzpfo"), WORDS) | st.just("f/official")
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    LEXEMES | st.just(Prefix("n/elasticse")),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda found: AnyOf(tuple(found))),
        st.lists(parts | parts.map(Not), max_size=3).map(lambda found: All(tuple(found))),
    ),
)
KNOWN: Mapping[str, Known] = {"redis": Known(900, 1), "alpine": Known(90, 1)}


def words_kept(lexemes: frozenset[str]) -> set[str]:
    """What `search_own_words` keeps of an entry; its prefixes are as `search.documents` makes them."""
    return {kept for one in lexemes if (kept := kept_as(one))}


@given(EXPRESSIONS, st.frozensets(LEXEMES))
def test_an_entry_that_matches_has_one_of_the_words(
    expression: Expression, chosen: frozenset[str]
) -> None:
    begun = {f"w/{one[2:10]}" for one in chosen if one.startswith("n/")}
    lexemes = chosen | begun
    keys = keys_of(expression, KNOWN)
    assert keys is None or not holds(expression, lexemes) or keys & words_kept(lexemes)


@pytest.mark.parametrize(
    ("expression", "keys"),
    [
        ("a/redis", {"a/redis"}),
        (All(("f/official", "a/redis")), {"f/official"}),
        (All(("a/redis", "n/alpine")), {"n/alpine"}),  # fewer have it
        (All(("a/redis", "n/redis")), {"n/redis"}),
        (AnyOf(("x/redisalpine", All(("n/redis", "w/alp")))), {"n/redisalpine", "n/alp"}),
        (Prefix("n/elasticsea"), {"n/elastics"}),
        (AnyOf(("a/redis", "f/public")), None),
        (All((Not("a/redis"), "o/acme")), None),
    ],
)
def test_the_least_frequent_words_are_chosen(expression: Expression, keys: set[str] | None) -> None:
    assert keys_of(expression, KNOWN) == keys


class Anything(dict[str, object]):
    """A value for whatever a statement names."""

    def __missing__(self, name: str) -> str:
        """Give an empty list, as JSON."""
        return "[]"


@pytest.mark.parametrize(("typed", "reads_all"), [("redis", False), ("is:private", True)])
def test_sqlite_reads_rows_of_one_s_own_that_have_the_word_and_no_others(
    world: World, typed: str, *, reads_all: bool
) -> None:
    """A million rows that are others' took half a second, 3,600 of one's own 26 ms."""
    if connection.vendor != "sqlite":
        return  # PostgreSQL goes by what its statistics say
    with CaptureQueriesContext(connection) as queries:
        hits(Principal(world.alice), typed)
    [own] = (one["sql"] for one in queries if ":namespaces" in one["sql"])
    steps = [step for *_, step in run(f"EXPLAIN QUERY PLAN {own}", Anything())]
    assert ("SEARCH e USING INDEX entrya_ours (namespace_id=?)" in steps) == reads_all
    assert not [one for one in steps if one.startswith("SCAN e")]


def test_an_index_from_before_has_the_words_of_one_s_own_after_an_upgrade(world: World) -> None:
    indexed(new_repository("alice/redis-backup", registry=world.east))
    if connection.vendor == "sqlite":
        for what in ("TRIGGER search_full_aown_in", "TRIGGER search_full_aown_out", "TABLE search_full_aown"):  # fmt: skip
            run(f"DROP {what}", {})
    schema.lay()
    assert len(hits(Principal(world.alice), "redis")) == 1


def setting(name: str, of_sqlite: str) -> str:
    """What holds on this connection; SQLite has no such setting."""
    is_postgresql = connection.vendor == "postgresql"
    return str(run(f"SHOW {name}", {})[0][0]) if is_postgresql else of_sqlite


@pytest.mark.django_db
def test_no_statement_is_compiled_before_it_runs() -> None:
    """That took 12 of 13 ms where there were five million entries."""
    assert setting("jit", of_sqlite="off") == "off"


@pytest.mark.django_db
def test_what_is_done_after_an_upgrade_may_take_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """To look at five million entries takes longer than a page may."""
    told: list[str] = []
    monkeypatch.setattr(
        drift, "note_wrong", lambda: told.append(setting("statement_timeout", of_sqlite="0"))
    )
    apps._after_migrations(plan=[object()])
    assert told == ["0"]


def test_a_rebuild_leaves_words_of_one_s_own_in_one_place(world: World) -> None:
    """FTS5 looks for each word in each of them: 19 ms instead of 6 with 200 namespaces."""
    if connection.vendor != "sqlite":
        return  # GIN has one
    for number in range(8):
        indexed(new_repository(f"alice/redis-{number}", registry=world.east))
    rebuild_index()
    places = run("SELECT count(DISTINCT segid) FROM search_full_bown_idx", {})
    assert places == [(1,)]
    assert len(hits(Principal(world.alice), "redis")) == 8
