"""What is asked of OpenSearch means what the ranking means: `holds` over the lexemes is the judge."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.token_limits import TokenLimits
from search.backends.base import Hit, Reach
from search.backends.opensearch_mapping import check_of, document_of, index_of
from search.backends.opensearch_queries import count_of, hits_of, page_of, total_of
from search.documents import NEVER, Audience, Entry
from search.expressions import All, AnyOf, Expression, Not, Prefix, holds
from search.query import Sort, parse_query
from search.ranking import Plan, partial_plan_of, plan_of, without
from tests.search.opensearch.documents import MOST_CLAUSES, clauses
from tests.search.opensearch.indexes import Index

PUSHED = datetime(2026, 3, 1, tzinfo=UTC)
EVERYBODY = Reach((Audience.EVERYONE,))
LEXEMES = ("n/a", "n/ab", "n/b", "w/a", "f/official", "d/0")

lexemes = st.sampled_from(LEXEMES)
expressions: st.SearchStrategy[Expression] = st.recursive(
    lexemes | st.sampled_from(["n/a", "n/"]).map(Prefix),
    lambda inner: (
        st.lists(inner | inner.map(Not), max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, max_size=3).map(lambda parts: AnyOf(tuple(parts)))
    ),
    max_leaves=8,
)


def entry(number: int, *found_by: str, **changes: object) -> Entry:
    """Return an entry that has little to say."""
    blank = Entry(
        repository_id=number,
        namespace_id=7,
        audience=Audience.EVERYONE,
        popularity=0,
        stars=0,
        pulls=0,
        pushed_at=PUSHED,
        name=f"acme/{number}",
        text=" in front of it ",
        marks="f/public o/acme",
        lexemes=frozenset(found_by),
    )
    return replace(blank, **changes)  # type: ignore[arg-type]


def index(entries: Iterable[Entry]) -> Index:
    """Return an index that has these."""
    found = Index(index_of(1))
    for one in entries:
        assert "error" not in found.write(str(one.repository_id), 1, document_of(one))
    found.refresh()
    return found


def find(
    entries: Iterable[Entry], asked: Plan, *, reach: Reach = EVERYBODY, after: Hit | None = None
) -> list[Hit]:
    """Search, and count the same."""
    there = index(entries)
    body = page_of(reach, asked, after=after.key if after else None, limit=100)
    counted = total_of(there.search(count_of(reach, asked, limit=100)))
    hits = hits_of(there.search(body), asked)
    assert after or counted == len(hits)
    return hits


def plan(*classes: Expression, whole: Expression | None = None, sort: Sort = Sort.BEST) -> Plan:
    """Return a plan of these classes; what other engines read of it is left out."""
    blank = plan_of(parse_query("x"))
    return replace(blank, classes=classes, whole=whole or AnyOf(classes), sort=sort)


def ids(hits: Sequence[Hit]) -> list[int]:
    return [hit.repository_id for hit in hits]


EVERY_ENTRY = [
    entry(number, *(lexeme for bit, lexeme in enumerate(LEXEMES) if number >> bit & 1))
    for number in range(1 << len(LEXEMES))
]


# How long the first drawing takes is no fault of what is tested.
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(expressions, min_size=1, max_size=4), expressions)
def test_each_entry_is_in_the_first_class_that_holds(
    classes: list[Expression], unwanted: Expression
) -> None:
    expected = {
        one.repository_id: next(n for n, each in enumerate(classes) if holds(each, one.lexemes))
        for one in EVERY_ENTRY
        if holds(AnyOf(tuple(classes)), one.lexemes) and not holds(unwanted, one.lexemes)
    }
    found = find(EVERY_ENTRY, plan(*classes, whole=All((AnyOf(tuple(classes)), Not(unwanted)))))
    assert {hit.repository_id: hit.key[0] for hit in found} == expected


def test_without_classes_nothing_is_found() -> None:
    assert find(EVERY_ENTRY, plan()) == []


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_way_to_have_some_of_them_is_one_question(size: int) -> None:
    things: tuple[Expression, ...] = ("n/a", AnyOf(("n/ab", "f/official")), Prefix("w/"))
    some = AnyOf(tuple(map(All, combinations(things, size))))
    expected = [one.repository_id for one in EVERY_ENTRY if holds(some, one.lexemes)]
    assert ids(find(EVERY_ENTRY, plan(some))) == expected
    fewer = AnyOf(some.parts[:2])
    expected = [one.repository_id for one in EVERY_ENTRY if holds(fewer, one.lexemes)]
    assert ids(find(EVERY_ENTRY, plan(fewer))) == expected


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        (Sort.BEST, [3, 1, 2]),
        (Sort.STARS, [2, 3, 1]),
        (Sort.PULLS, [1, 2, 3]),
        (Sort.UPDATED, [1, 2, 3]),
        (Sort.NAME, [3, 2, 1]),
    ],
)
def test_pages_go_on_behind_the_last_key(sort: Sort, expected: list[int]) -> None:
    entries = [
        entry(1, "a/x", popularity=5, stars=1, pulls=9, name="c", pushed_at=PUSHED),
        entry(2, "a/x", popularity=5, stars=3, pulls=9, name="b", pushed_at=NEVER),
        entry(3, "a/x", "n/x", popularity=1, stars=3, pulls=2, name="a", pushed_at=NEVER),
    ]
    sorted_plan = plan("n/x", "a/x", sort=sort)
    whole = find(entries, sorted_plan)
    assert ids(whole) == expected
    for place, hit in enumerate(whole):
        json.dumps(hit.key)  # cursors are
        assert find(entries, sorted_plan, after=hit) == whole[place + 1 :]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ('"front of"', True),
        ('"of front"', False),
        ('front -"of it"', False),
        ("front stars:>=5", True),
        ("front stars:>5", False),
        ("front pulls:1..9", False),
        ("front updated:2026-03-01..2026-03-01", True),
        ("front updated:<2026-03-01", False),
        ("front -acme", True),
        ("front -it", False),
        ("front platform:arm64", False),
    ],
)
def test_what_lexemes_cannot_say_is_asked_exactly(typed: str, *, found: bool) -> None:
    words = ("a/front", "a/of", "a/it", "s/3", "k/0", "u/2026-03", "d/0")
    assert bool(find([entry(1, *words, stars=5)], plan_of(parse_query(typed)))) is found


def test_what_was_never_pushed_is_in_no_period() -> None:
    early = plan_of(parse_query("x updated:<2030-01-01"))
    assert find([entry(1, "a/x", "u/1970-01", pushed_at=NEVER)], early) == []


@pytest.mark.parametrize(
    ("reach", "expected"),
    [
        (EVERYBODY, [1]),
        (Reach((Audience.EVERYONE, Audience.SIGNED_IN)), [1, 2]),
        (Reach((Audience.EVERYONE,), namespaces=(8,)), [1, 4]),
        (Reach((Audience.EVERYONE,), repositories=(3, 2)), [1, 2, 3]),
        (Reach(tuple(Audience)), [1, 2, 3, 4]),
        (Reach(tuple(Audience), limits=TokenLimits(("acme/2", "b/*"), frozenset(), frozenset())), [1, 2, 4]),
        (Reach(tuple(Audience), limits=TokenLimits((), frozenset(), frozenset())), [1]),
        (Reach((), (8,), (), TokenLimits(("*",), frozenset(), frozenset())), [4]),
        (Reach((), (7, 8), (), TokenLimits(("acme/*",), frozenset(), frozenset())), [1, 2, 3]),
        (Reach(()), []),
    ],
)  # fmt: skip
def test_reach_is_inside_the_question(reach: Reach, expected: list[int]) -> None:
    entries = [
        entry(1, "x"),
        entry(2, "x", audience=Audience.SIGNED_IN),
        entry(3, "x", audience=Audience.ITS_PEOPLE),
        entry(4, "x", audience=Audience.ITS_PEOPLE, namespace_id=8, name="b/4"),
    ]
    assert ids(find(entries, plan("x"), reach=reach)) == expected


def test_what_is_hidden_or_shown_already_is_neither_found_nor_counted() -> None:
    there, asked = index([entry(1, "x"), entry(2, "x")]), plan("x")
    assert ids(find([entry(1, "x"), entry(2, "x")], without(asked, [1]))) == [2]
    page = page_of(EVERYBODY, asked, after=None, limit=9, hidden=[1])
    assert ids(hits_of(there.search(page), asked)) == [2]
    assert total_of(there.search(count_of(EVERYBODY, asked, limit=9, hidden=[1]))) == 1


@pytest.mark.parametrize(
    "typed", ["a", "a1-b1 a2-b2 a3-b3 a4-b4", "a b c d e f g h i", '"a b c d" "e f g h i"']
)
def test_no_question_has_more_clauses_than_opensearch_takes(typed: str) -> None:
    query = parse_query(f"{typed} stars:>3 platform:arm64 is:official -old topic:web updated:<1y")
    exact = plan_of(query)
    for one in (exact, partial_plan_of(query), without(exact, range(1_000))):
        for body in (
            page_of(EVERYBODY, one, after=None, limit=9),
            count_of(EVERYBODY, one, limit=9),
        ):
            assert clauses(body["query"]) <= MOST_CLAUSES


def test_a_check_tells_entries_apart() -> None:
    one = entry(1, "x")
    assert check_of(one) == check_of(replace(one, popularity=9, pulls=9))
    others = (replace(one, audience=Audience.ITS_PEOPLE), replace(one, lexemes=frozenset("y")))
    assert check_of(one) not in map(check_of, others)
