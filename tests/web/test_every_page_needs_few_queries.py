"""No page needs more than eight queries, however much there is: the session and the person included."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import announcements
from search.rebuild import rebuild_index
from tests.architecture.furniture import THINGS, fill_in
from tests.architecture.pages import looked_at, mounted
from tests.architecture.permission_matrix import ADDRESSES, Visitor, visit
from tests.conftest import World
from tests.crowd import multiply
from tests.factories import make_repository

MOST = 8
# Who sees most: an owner, an administrator of the site, and whoever is not logged in.
PEOPLE = ("olga", "root", "anonymous")
# In SQLite the search engine walks through its index class by class, for each audience, until a page is
# full: as many statements as the query has classes, whatever there is. That walk counts as one question.
WALK = " f CROSS JOIN search_entry_"
# Forms that are filled in by the address show what would come of it.
FILLED_IN = {
    "r/<repository:name>/-/promote": "image={tag}&target=acme/next",
    "r/<repository:name>/-/rename": "new_name=other",
    "r/<repository:name>/-/transfer": "to_namespace=olga&new_name=other",
}
# Nothing is found by these, so there is no walk.
NOTHING = (
    "nothingofthatkind",
    "w" * 100,
    "nothing+ofthatkind",
    "+".join(f"nothing{n}" for n in range(10)),
)
MANY = 12  # more than MOST: one query for each row of anything shows


def test_no_page_needs_more_than_eight_queries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is remembered for some seconds must not run out between the two requests of a page.
    monkeypatch.setattr(announcements, "_SECONDS", 3600)
    found = []
    for make in THINGS.values():
        make(world)
    doors = [mounted()[pattern] for pattern in sorted(looked_at())]
    make_repository("acme/next")
    paths = [(door, fill_in(ADDRESSES[door], world)) for door in doors]
    paths += [
        (door, fill_in(f"{ADDRESSES[door]}?{query}", world)) for door, query in FILLED_IN.items()
    ]
    made = multiply(MANY, organization=world.acme)
    assert sum(number >= MANY for number in made.values()) > 15, made
    rebuild_index()
    visitors = {who: visit(world.person(who)) for who in PEOPLE}
    for door, path in paths:
        counts = {who: count(visitor, door, path) for who, visitor in visitors.items()}
        found += [f"{who} {path}: {most}" for who, most in counts.items() if most > MOST]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("words", NOTHING)
def test_a_search_that_finds_nothing_needs_no_more(world: World, words: str) -> None:
    rebuild_index()
    visitors = [visit(world.person(who)) for who in PEOPLE]
    counts = [len(asked_for(visitor, "search", f"/search?q={words}")) for visitor in visitors]
    assert 0 < min(counts) <= max(counts) <= MOST


def count(visitor: Visitor, door: str, path: str) -> int:
    """Return how many queries the page needs; 0 where this visitor does not get it."""
    asked = asked_for(visitor, door, path)
    walked = sum(WALK in sql for sql in asked)
    return len(asked) - max(0, walked - 1)


def asked_for(visitor: Visitor, door: str, path: str) -> list[str]:
    """Return the queries of the page; none where this visitor does not get it.

    Asked twice: the first request after a start fills what a process remembers.
    """
    client = visitor.client_for(door)
    if client.get(path).status_code != 200:
        return []
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return [query["sql"] for query in queries.captured_queries]
