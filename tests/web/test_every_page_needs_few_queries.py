"""No page needs more than eight queries, however much there is: the session and the person included."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.architecture.furniture import THINGS, fill_in
from tests.architecture.pages import looked_at, mounted
from tests.architecture.permission_matrix import ADDRESSES, Visitor, visit
from tests.conftest import World
from tests.crowd import multiply

MOST = 8
# Who sees most: an owner, an administrator of the site, and whoever is not logged in.
PEOPLE = ("olga", "root", "anonymous")
# What still needs more, and how much: to come down to MOST, and never to grow.
STILL_ABOVE = {
    "": 9,  # an administrator's
    "search": 31,  # SQLite's way through the index; PostgreSQL asks in fewer statements
    "r/<repository:name>/-/access": 14,
    "r/<repository:name>/-/manifests/<str:reference>": 13,
    "r/<repository:name>/-/delete": 12,
    "r/<repository:name>/-/settings": 12,  # an administrator's
    "r/<repository:name>/-/access/explain": 10,
    "r/<repository:name>/-/secrets": 9,
    "o/<str:name>/-/members": 11,
    "o/<str:name>/-/access": 10,
    "robots/<str:name>": 10,
    "settings/explain": 10,
    "settings/explain/<repository:name>": 10,
    "webhooks/<int:webhook_id>": 11,
    "webhooks/<int:webhook_id>/deliveries/<uuid:delivery_id>": 9,
}
MANY = 12  # more than MOST: one query for each row of anything shows


def test_no_page_needs_more_than_eight_queries(world: World) -> None:
    found = []
    for make in THINGS.values():
        make(world)
    doors = [mounted()[pattern] for pattern in sorted(looked_at())]
    paths = {door: fill_in(ADDRESSES[door], world) for door in doors}
    made = multiply(MANY, organization=world.acme)
    assert sum(number >= MANY for number in made.values()) > 15, made
    visitors = {who: visit(world.person(who)) for who in PEOPLE}
    for door, path in paths.items():
        counts = {who: count(visitor, door, path) for who, visitor in visitors.items()}
        limit = STILL_ABOVE.get(door, MOST)
        found += [f"{who} {path}: {most}" for who, most in counts.items() if most > limit]
    assert not found, "\n".join(found)


def count(visitor: Visitor, door: str, path: str) -> int:
    """Return how many queries the page needs; 0 where this visitor does not get it.

    Asked twice: the first request after a start fills what a process remembers.
    """
    client = visitor.client_for(door)
    if client.get(path).status_code != 200:
        return 0
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)
