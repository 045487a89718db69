"""Three times more is asked than can be done (L19)."""

from __future__ import annotations

import pytest

from tests.faults.cast import Cast
from tests.faults.database import Database
from tests.faults.rush import Round, impatient, patient
from tests.faults.traffic import Door
from tests.waiting import eventually

pytestmark = pytest.mark.slow
ROUNDS = 3
SECONDS = 3.0
TIMES = 3
KEPT = 0.7  # of what can be done; a bound of the promise itself, and a ratio within one run


def test_pages_are_still_served_when_three_times_as_many_are_asked_for(cast: Cast) -> None:
    assert_enough_is_done(cast, cast.doors()["page"])


def test_tokens_are_still_issued_when_three_times_as_many_are_asked_for(
    cast: Cast, database: Database
) -> None:
    """The database is far away, so that the app servers are the limit and not whoever asks."""
    token = cast.doors()["token"]
    another = Door(
        "token", f"{token.target}&scope=repository:{cast.public}#:pull", headers=token.headers
    )
    database.line.delay = 0.02
    try:
        assert_enough_is_done(cast, another)
    finally:
        database.line.delay = 0.0


def assert_enough_is_done(cast: Cast, door: Door) -> None:
    """In turns, for what this machine does beside it changes."""
    patient(cast, door, SECONDS)  # all is warm
    can = is_done = 0
    for _ in range(ROUNDS):
        asked_kindly = patient(cast, door, SECONDS)
        flooded = impatient(cast, door, SECONDS, TIMES * asked_kindly.served)
        assert_told(flooded)
        can, is_done = can + asked_kindly.served, is_done + flooded.served
    assert is_done >= KEPT * can, (is_done, can)
    eventually(cast.are_all_served, within=30)


def assert_told(flooded: Round) -> None:
    """Each was served, or told when to come again."""
    assert {reply.status for reply in flooded.replies} <= {200, 503}
    for reply in flooded.replies:
        assert reply.status == 200 or int(reply.headers["retry-after"]) > 0
