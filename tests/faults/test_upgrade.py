"""The code of before goes on while the schema becomes the present one, and after (L16)."""

from __future__ import annotations

import pytest

from bench.instance import Instance
from tests.e2e.stack import environment, running_stack
from tests.faults.cast import OWNER, running_cast, told_pull
from tests.faults.database import running_database
from tests.faults.earlier import earlier_checkout
from tests.faults.traffic import Traffic, statuses
from tests.migrated import migrate
from tests.waiting import eventually

PULLS = """
from index.models import Repository
answer = Repository.objects.get(name=name).pull_count
"""
REPORT = """
from index.models import Report, Repository
found = Repository.objects.get(name=name)
answer = Report.objects.create(repository=found, kind="spam", text="It is.").pk > 0
"""


@pytest.mark.slow
def test_old_code_serves_everybody_while_new_code_changes_the_schema_and_after() -> None:
    """As when an upgrade migrates first: tokens, pulls, pages, the API, notifications, and pushes."""
    with (
        earlier_checkout() as checkout,
        running_database(empty=True) as database,
        running_stack(database.url, checkout) as stack,
        running_cast(stack) as cast,
    ):
        before = cast.backstage.run(PULLS, name=cast.public)
        with Traffic(cast.wire, list(cast.doors().values())) as traffic:
            traffic.goes_on(60)
            migrate(database.own_url)
            told = [cast.tell(told_pull(cast.public)).status for _ in range(10)]
            traffic.goes_on(120)
        assert statuses(traffic.seen) == {200: len(traffic.seen)}
        assert told == [202] * 10
        Instance(stack.port, stack.var, environment(), checkout).push(cast.node, f"{OWNER}/after")
        assert cast.write().status == 200
        assert cast.backstage.run(REPORT, name=cast.public)
        eventually(lambda: cast.backstage.run(PULLS, name=cast.public) == before + 10, within=60)
