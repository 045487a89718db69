"""The database is stopped, refuses to write, is locked, and is far away (L1 to L4, L22)."""

from __future__ import annotations

from statistics import median, quantiles

import pytest

from launcher.services import APP_SERVERS
from tests.faults.cast import Cast, told_pull
from tests.faults.database import Database
from tests.faults.traffic import Traffic, assert_told_to_come_back, refused, statuses
from tests.waiting import eventually

BACK_WITHIN = 15.0  # the promise says five seconds; this machine does other work as well
# Eight who wait for two app servers wait for each other; as many times one's own question.
EACH_OTHER = 15
# With what was decided for them: who is answered from memory uses nothing.
FORGET_LAST_USES = """
from accounts.changes import stamp
from accounts.models import PersonalAccessToken
answer = PersonalAccessToken.objects.update(last_used_at=None)
stamp.renew()
"""
ARE_USES_NOTED = """
from accounts.models import PersonalAccessToken
answer = PersonalAccessToken.objects.filter(last_used_at__isnull=False).count() == 2
"""


def test_a_stopped_database_lets_nobody_in_and_is_found_again_by_the_same_processes(
    cast: Cast, database: Database
) -> None:
    """L1 and L2; the second is a bound in the promise itself."""
    pids = {name: cast.stack.pid(name) for name in (*APP_SERVERS, "worker")}
    doors = cast.doors()
    fresh = doors["anonymous"]
    with Traffic(cast.wire, list(doors.values())) as traffic:
        traffic.goes_on(50)
        database.stop()
        try:
            eventually(lambda: cast.wire.ask("GET", doors["token"].target).status == 503)
            eventually(lambda: set(statuses(traffic.goes_on(30))) == {503}, within=40)
            assert cast.wire.ask("GET", "/healthz").status == 200
            assert cast.wire.ask("GET", "/readyz").json["database"] is False
            assert cast.wire.ask("GET", "/readyz").status == 503
            refused = cast.wire.ask("GET", fresh.target.replace("#", "down"))
            assert (refused.status, refused.code) == (503, "UNAVAILABLE")
        finally:
            database.start()
        eventually(cast.are_all_served, within=BACK_WITHIN)
    assert_told_to_come_back(traffic.seen)
    assert pids == {name: cast.stack.pid(name) for name in pids}
    eventually(lambda: cast.wire.ask("GET", "/readyz").status == 200, within=30)


def test_a_database_that_takes_no_writes_still_serves_who_reads(
    cast: Cast, database: Database
) -> None:
    """L3: as after a failover to a standby; what was new an hour ago would be noted as used now."""
    doors = cast.doors()
    cast.backstage.run(FORGET_LAST_USES)
    database.set("default_transaction_read_only", "on")
    try:
        with Traffic(cast.wire, list(doors.values())) as traffic:
            traffic.goes_on(120)
        assert statuses(traffic.seen) == {200: len(traffic.seen)}
        written, told = cast.write(), cast.tell(told_pull(cast.public))
        assert (written.status, told.status) == (503, 503)
        assert int(written.headers["Retry-After"]) > 0
        assert int(told.headers["Retry-After"]) > 0
    finally:
        database.set("default_transaction_read_only", "off")
    eventually(lambda: cast.write().status == 200, within=BACK_WITHIN)
    eventually(lambda: cast.backstage.run(ARE_USES_NOTED), within=30)


@pytest.mark.slow
def test_who_waits_for_a_lock_is_told_to_come_back_and_the_queue_drains(
    cast: Cast, database: Database
) -> None:
    """L4: nobody may read the table of repositories until every door has said so."""
    doors = cast.doors()
    with Traffic(cast.wire, list(doors.values())) as traffic:
        with database.locked("index_repository"):
            for door in doors:
                eventually(lambda door=door: 503 in statuses(traffic.seen, door), within=60)  # type: ignore[misc]
            assert cast.tell(told_pull(cast.public)).status in {202, 503}
        eventually(cast.are_all_served, within=BACK_WITHIN)
        eventually(lambda: set(statuses(traffic.goes_on(30))) == {200}, within=30)
    assert_told_to_come_back(traffic.seen)


@pytest.mark.slow
def test_a_database_that_is_far_away_makes_tokens_slow_and_starves_nobody(
    cast: Cast, database: Database
) -> None:
    """L22: 200 ms for each question, and eight nodes that each wait for their answer."""
    doors = cast.doors()
    token, pull, fresh = doors["token"], doors["pull"], doors["anonymous"]
    database.line.delay = 0.1
    try:
        with Traffic(cast.wire, [fresh], per_second=5, threads=1) as alone:
            alone.goes_on(10)
        with Traffic(cast.wire, [token, pull], per_second=20) as traffic:
            traffic.goes_on(200)
    finally:
        database.line.delay = 0.0
    assert refused(traffic.seen) == []
    usual = median(one.seconds for one in alone.seen)
    assert quantiles([one.seconds for one in traffic.seen], n=100)[98] < EACH_OTHER * usual
