"""Two hundred questions to three thousand repositories: what comes first is what people mean.

`first_pages.txt` has what each answer was, the same on both databases. After a change of ranking look at what
comes out of WAYBILL_WRITE_FIRST_PAGES=1 with `git diff` before it is kept.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence

import pytest
import time_machine
from django.db import transaction
from pytest_django import DjangoDbBlocker

from accounts.principals import ANONYMOUS
from search.backends import slots
from search.engine import search
from search.query import QueryRefused, parse_query
from search.rebuild import rebuild_index
from tests.search.relevance.corpus import (
    NOW,
    load_corpus,
    read_owners,
    read_repositories,
    take_stock,
)
from tests.search.relevance.measure import Answer, Question, measure, read_questions
from tests.search.relevance.tables import HERE

FIRST_PAGES = HERE / "first_pages.txt"
GOOD = 0.95  # mean reciprocal rank


def first_page(typed: str) -> list[str]:
    """The names that anybody gets; none where the question is refused."""
    try:
        return [found.name for found in search(ANONYMOUS, parse_query(typed)).results]
    except QueryRefused:
        return []


@pytest.fixture(scope="module")
def pages(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Mapping[str, Sequence[str]]:
    """Load everything once, ask every question, and leave the database as it was.

    Whoever uses it is marked with django_db: without such a test there is no database of tests.
    """
    with django_db_blocker.unblock(), time_machine.travel(NOW, tick=False), transaction.atomic():
        load_corpus()
        take_stock()
        rebuild_index()
        take_stock()
        slots.forget()
        found = {question.text: first_page(question.text) for question in read_questions()}
        transaction.set_rollback(True)
    slots.forget()
    return found


def written(pages: Mapping[str, Sequence[str]]) -> str:
    """Return the pages as the file has them: a question, and a line for each name."""
    lines = [line for typed, names in pages.items() for line in (f"{typed}:", *(f"  {name}" for name in names))]  # fmt: skip
    return "\n".join(lines) + "\n"


@pytest.mark.django_db
def test_what_people_mean_comes_first(pages: Mapping[str, Sequence[str]]) -> None:
    measured = measure(read_questions(), pages)
    assert measured.mean_reciprocal_rank >= GOOD, measured.report()


@pytest.mark.django_db
def test_first_pages_are_the_same_on_each_database(pages: Mapping[str, Sequence[str]]) -> None:
    if os.environ.get("WAYBILL_WRITE_FIRST_PAGES"):
        FIRST_PAGES.write_text(written(pages), encoding="utf-8")
    assert written(pages) == FIRST_PAGES.read_text(encoding="utf-8")


def test_whoever_is_not_signed_in_may_find_what_is_expected() -> None:
    visible = {one.name for one in read_repositories() if one.is_for_everybody}
    expected = {name for question in read_questions() for name in question.expected}
    assert expected <= visible


def test_the_tables_have_what_they_say() -> None:
    listed, questions = read_repositories(), read_questions()
    namespaces = {one.namespace for one in listed} - {"library"}
    assert len({one.name for one in listed}) == len(listed) == 3_000
    assert namespaces == {owner.name for owner in read_owners()}
    assert len({question.text for question in questions}) == len(questions) == 200
    assert Counter(question.kind for question in questions)["typo"] <= len(questions) // 4


@pytest.mark.parametrize(
    ("found", "rank"),
    [
        (["redis", "valkey"], 1),
        (["valkey", "redis"], 1 / 2),
        ([*"abcdefghi", "redis"], 1 / 10),
        ([*"abcdefghij", "redis"], 0),
        ([], 0),
    ],
)
def test_the_rank_of_the_first_right_one_counts(found: list[str], rank: float) -> None:
    question = Question("word", "key-value", ("memcached", "redis"), "")
    assert Answer(question, found).reciprocal_rank == rank
