"""App servers reach PostgreSQL by a PgBouncer in transaction mode, with two connections for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from bench.instance import PASSWORD
from tests.e2e.stack import running_stack
from tests.e2e.wire import basic
from tests.faults.browser import Visitor
from tests.faults.cast import OWNER, Cast, running_cast, told_pull
from tests.faults.database import Database, running_database
from tests.faults.pooler import Pooler, running_pooler
from tests.faults.test_cache_and_queue import DELETE, HAS_ARRIVED, IS_DELETED, PULLS, push
from tests.faults.traffic import Door, Traffic, statuses
from tests.waiting import eventually

pytestmark = pytest.mark.slow  # an instance of its own, and a database
_WAYS = """
from accounts.standing import look
answer = [(line.state, line.sentence) for line in look().areas["Ways to the database"]]
"""


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with running_database() as database:
        yield database


@pytest.fixture(scope="module")
def pooler(database: Database) -> Iterator[Pooler]:
    database.execute("ALTER ROLE waybill SET lock_timeout = '5s'")
    database.execute("ALTER ROLE waybill SET statement_timeout = '15s'")
    database.execute("ALTER ROLE waybill SET jit = off")
    with running_pooler(database) as pooler:
        yield pooler


@pytest.fixture(scope="module")
def cast(database: Database, pooler: Pooler) -> Iterator[Cast]:
    told = {"WAYBILL_DATABASE_POOL_URL": pooler.url}
    with ExitStack() as stack:
        instance = stack.enter_context(running_stack(database.url, **told))
        yield stack.enter_context(running_cast(instance, **told))


def test_all_that_app_servers_do_works_while_each_transaction_has_another_connection(
    cast: Cast, pooler: Pooler
) -> None:
    before = cast.backstage.run(PULLS, name=cast.public)
    with Traffic(cast.wire, list(cast.doors().values())) as traffic:
        for _ in range(10):
            assert cast.tell(told_pull(cast.public)).status == 202
            assert cast.write().status == 200
        traffic.goes_on(300)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=30)
    assert pooler.transactions > 300


def test_people_log_in_find_and_delete(cast: Cast) -> None:
    password = {"Authorization": basic(OWNER, PASSWORD)}
    docker = cast.wire.ask("GET", f"/token?service={cast.stack.host}&offline_token=true", password)
    assert docker.status == 200
    assert docker.json["refresh_token"]
    push(cast, "doomed")
    doomed = f"{OWNER}/doomed"
    eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=doomed), within=30)
    visitor = Visitor(cast.stack.origin)
    visitor.log_in()
    eventually(lambda: doomed in visitor.get("/search?q=doomed").text)
    deletion = cast.backstage.run(DELETE, name=doomed, owner=OWNER)
    assert doomed not in visitor.get("/search?q=doomed").text
    eventually(lambda: cast.backstage.run(IS_DELETED, pk=deletion), within=60)


def test_the_index_is_made_anew_while_people_search(cast: Cast) -> None:
    """By a process that has a session of its own: no time limit of it reaches those of others."""
    find = f"/search?q={OWNER}"
    assert cast.public in Visitor(cast.stack.origin).get(find).text
    with Traffic(cast.wire, list(cast.doors().values())) as traffic:
        assert "2 repositories can be found." in cast.stack.manage("rebuild_search_index")
        traffic.goes_on(50)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    assert cast.public in Visitor(cast.stack.origin).get(find).text


def test_nobody_waits_longer_than_the_role_allows(cast: Cast, database: Database) -> None:
    assert cast.backstage.run(_WAYS) == [["good", "It responds."]]
    with database.locked("index_repository"):
        answer = cast.wire.ask("GET", f"/r/{cast.public}?x=locked", {"Cookie": cast.cookie})
    assert (answer.status, int(answer.headers["Retry-After"]) > 0) == (503, True)
    eventually(cast.are_all_served)


def test_a_pooler_that_drops_everybody_is_found_again(cast: Cast, pooler: Pooler) -> None:
    doors = cast.doors()

    def status_of(door: Door) -> int:
        return cast.wire.ask(door.method, door.target, door.headers).status

    pooler.tell("KILL waybill")
    try:
        eventually(lambda: status_of(doors["own page"]) == 503)
    finally:
        pooler.tell("RESUME waybill")
    eventually(lambda: {status_of(door) for door in doors.values()} == {200}, within=30)


def test_the_doctor_says_what_a_role_without_limits_lacks(
    cast: Cast, database: Database, pooler: Pooler
) -> None:
    database.execute("ALTER ROLE waybill RESET jit")
    database.execute("ALTER ROLE waybill RESET statement_timeout")
    pooler.tell("RECONNECT waybill")
    missing = "Who comes through it has no limits: jit, statement_timeout."
    assert cast.backstage.run(_WAYS) == [["look", missing]]
