"""The primary Redis is gone, its sentinels choose the other one, and nobody starts anything anew."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.e2e.stack import running_stack
from tests.faults.browser import Visitor
from tests.faults.cast import OWNER, Cast, running_cast, told_pull
from tests.faults.database import running_database
from tests.faults.sentinels import Sentinels, running_sentinels
from tests.faults.test_cache_and_queue import DELETE, HAS_ARRIVED, IS_DELETED, PULLS, push
from tests.faults.traffic import Traffic, statuses
from tests.waiting import eventually

_FIND_OUT = 60.0


pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "with_tls"])
def sentinels(request: pytest.FixtureRequest) -> Iterator[Sentinels]:
    with running_sentinels(with_tls=request.param) as sentinels:
        yield sentinels


@pytest.fixture(scope="module")
def cast(sentinels: Sentinels) -> Iterator[Cast]:
    told = {"WAYBILL_REDIS_URL": sentinels.url}
    with ExitStack() as stack:
        database = stack.enter_context(running_database())
        instance = stack.enter_context(running_stack(database.url, **told))
        yield stack.enter_context(running_cast(instance, **told))


def test_another_primary_is_found_by_the_same_processes(cast: Cast, sentinels: Sentinels) -> None:
    pids = {name: cast.stack.pid(name) for name in ("web", "tokens", "passwords", "worker")}
    push(cast, "doomed")
    doomed = f"{OWNER}/doomed"
    eventually(lambda: cast.backstage.run(HAS_ARRIVED, name=doomed), within=30)
    before = cast.backstage.run(PULLS, name=cast.public)
    old = sentinels.primary
    with Traffic(cast.wire, list(cast.doors().values())) as traffic:
        traffic.goes_on(50)
        sentinels.kill(old)
        told = [cast.tell(told_pull(cast.public)).status for _ in range(10)]
        deletion = cast.backstage.run(DELETE, name=doomed, owner=OWNER)
        eventually(lambda: sentinels.primary != old, within=_FIND_OUT)
        traffic.goes_on(100)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    assert told == [202] * 10
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=_FIND_OUT)
    eventually(lambda: cast.backstage.run(IS_DELETED, pk=deletion), within=_FIND_OUT)
    eventually(lambda: cast.wire.ask("GET", "/readyz").status == 200, within=90)
    assert pids == {name: cast.stack.pid(name) for name in pids}, cast.stack.output[-9000:]


def test_people_log_in_and_out_afterwards(cast: Cast) -> None:
    visitor = Visitor(cast.stack.origin)
    visitor.log_in()
    assert f"Hello, {OWNER}" in visitor.get("/").text


def test_one_sentinel_that_is_gone_is_not_missed(cast: Cast, sentinels: Sentinels) -> None:
    """The last of these tests."""
    sentinels.kill(sentinels.sentinels[1])
    before = cast.backstage.run(PULLS, name=cast.public)
    with Traffic(cast.wire, list(cast.doors().values())) as traffic:
        assert cast.tell(told_pull(cast.public)).status == 202
        traffic.goes_on(100)
    assert statuses(traffic.seen) == {200: len(traffic.seen)}
    eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 1, within=_FIND_OUT)
