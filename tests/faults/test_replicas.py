"""Searches are asked of a replica while it keeps up, and nobody sees late what was taken away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.stack import running_stack
from tests.faults.browser import Visitor
from tests.faults.cast import OWNER, Cast, running_cast
from tests.faults.database import Database, running_database
from tests.faults.replica import Replica, running_replica
from tests.faults.test_cache_and_queue import HAS_ARRIVED, push
from tests.faults.traffic import Door, Traffic, statuses
from tests.waiting import eventually

_LAG = 10  # seconds that are allowed
_SHOW = """
from accounts.models import User, Visibility
from accounts.principals import Principal
from index.flows.change_repository import change_visibility
from index.models import Repository
repository = Repository.objects.get(name=name)
by = Principal(User.objects.get(username=owner))
change_visibility(repository, by=by, visibility=Visibility(visibility))
answer = True
"""
_WAYS = """
from accounts.standing import look
answer = [(line.state, line.sentence) for line in look().areas["Ways to the database"]]
"""


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as database:
        yield database


@pytest.fixture(scope="module")
def replica(database: Database) -> Iterator[Replica]:
    with running_replica(database) as replica:
        yield replica


@pytest.fixture(scope="module")
def shared(database: Database, replica: Replica) -> Iterator[Cast]:
    told = {
        "WAYBILL_DATABASE_REPLICA_URLS": replica.url,
        "WAYBILL_DATABASE_REPLICA_SECONDS": str(_LAG),
    }
    with ExitStack() as stack:
        instance = stack.enter_context(running_stack(database.url, **told))
        yield stack.enter_context(running_cast(instance, **told))


@pytest.fixture
def cast(shared: Cast, replica: Replica) -> Cast:
    """The instance, which asks its replica."""
    before = replica.searches
    eventually(lambda: is_found(shared, shared.public) and replica.searches > before, within=30)
    return shared


def is_found(cast: Cast, name: str) -> bool:
    """Whether somebody without an account finds it."""
    answer = cast.wire.ask("GET", f"/v1/search?q={name.partition('/')[2]}&n=100")
    assert answer.status == 200
    return name in [one["name"] for one in answer.json["results"]]


def is_found_by_all(cast: Cast, name: str) -> bool:
    """Whether every process finds it: none asks a replica that does not know it."""
    return all(is_found(cast, name) for _ in range(20))


def make(cast: Cast, name: str, visibility: str) -> str:
    """Push something, and show it to somebody."""
    whole = f"{OWNER}/{name}"
    push(cast, name)
    eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=whole), within=30)
    show(cast, whole, visibility)
    return whole


def show(cast: Cast, name: str, visibility: str) -> None:
    cast.backstage.run(_SHOW, name=name, visibility=visibility, owner=OWNER)


def test_what_becomes_private_is_found_by_nobody_though_the_replica_knows_nothing_of_it(
    cast: Cast, replica: Replica
) -> None:
    name = make(cast, "seen", "public")
    eventually(lambda: is_found(cast, name))
    with replica.held_back():
        before = replica.searches
        show(cast, name, "private")

        def is_asked_in_vain() -> bool:
            assert not is_found(cast, name)
            return replica.searches > before

        eventually(is_asked_in_vain, within=_LAG)


def test_a_replica_that_is_held_back_is_not_asked_after_the_seconds_that_are_allowed(
    cast: Cast, replica: Replica
) -> None:
    with replica.held_back():
        name = make(cast, "late", "public")
        eventually(lambda: is_found_by_all(cast, name), within=_LAG + 30)
        assert is_found_by_all(cast, name)
        [(state, _)] = cast.backstage.run(_WAYS)
        assert state == "look"
    before = replica.searches
    eventually(lambda: is_found(cast, name) and replica.searches > before, within=30)
    assert cast.backstage.run(_WAYS) == [["good", "It is 0.0 seconds behind."]]


def test_nobody_notices_that_a_replica_is_stopped(cast: Cast, replica: Replica) -> None:
    doors = [*cast.doors().values(), Door("search", "/v1/search?q=public&n=#")]
    with Traffic(cast.wire, doors) as traffic:
        traffic.goes_on(50)
        replica.stop()
        try:
            traffic.goes_on(150)
        finally:
            replica.start()
        traffic.goes_on(50)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    before = replica.searches
    eventually(lambda: is_found(cast, cast.public) and replica.searches > before, within=30)


def test_who_has_just_written_is_known_for_the_seconds_that_are_allowed(cast: Cast) -> None:
    visitor = Visitor(cast.stack.origin)
    visitor.log_in()
    answer = visitor.post("/accounts/logout/")
    said = [one.headers.get("Set-Cookie", "") for one in (*answer.history, answer)]
    assert re.search(rf"_written=1; expires=[^;]+; HttpOnly; Max-Age={_LAG + 2};", " ".join(said))


def test_a_replica_that_has_become_a_primary_is_not_asked(cast: Cast, replica: Replica) -> None:
    """The last of these tests: it follows nobody any more."""
    replica.ask("SELECT pg_promote()")
    eventually(lambda: cast.backstage.run(_WAYS)[0][0] == "look")
    name = make(cast, "after", "public")
    eventually(lambda: is_found_by_all(cast, name), within=30)
