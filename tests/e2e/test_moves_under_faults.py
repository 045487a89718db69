"""A move whose worker is killed again and again, between real registries, and with one that hangs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from index import outbox
from index.models import Move, MoveState
from index.models.move import COPYING_MOVES
from tests.conftest import World
from tests.e2e.lone_registry import running_registry
from tests.e2e.test_delete_under_faults import run_and_kill
from tests.index.test_moves import Ends, contents, let_pass


@pytest.fixture
def ends(
    transactional_db: None, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Ends]:
    """East and west, for real; processes of their own see the same database, and there is no broker."""
    monkeypatch.setattr(outbox, "_send", lambda *_: None)
    with (
        running_registry(tmp_path, world.east) as east,
        running_registry(tmp_path, world.west) as west,
    ):
        yield Ends(world, east, west)


def go_on(ends: Ends) -> None:
    """What the task does, without the pause for what the gateway has let in."""
    ends.work(Move.objects.get())


def test_a_worker_killed_twelve_times_does_no_harm(ends: Ends) -> None:
    index = ends.push.index(ends.push.image(b"a" * 5000), ends.push.image(b"b"), tag="1.0")
    for number in range(4):
        ends.push.image(b"%d" % number, tag=f"2.{number}")
    ends.push.referrer(index, b"sbom")
    before = contents(ends.here)
    move = ends.ask(keep_days=0)
    dice = random.Random(5)  # noqa: S311 - nothing secret
    for _ in range(12):
        run_and_kill(lambda: go_on(ends), after=dice.randint(5, 120))
        now = Move.objects.get(pk=move.pk)
        if now.state in COPYING_MOVES:
            assert ends.repository.registry == ends.world.east
            assert contents(ends.here) == before
        else:
            assert contents(ends.there) == before
    assert ends.work(move).state == MoveState.FLIPPED
    assert contents(ends.there) == before
    let_pass(timedelta(minutes=21))
    for _ in range(4):
        run_and_kill(lambda: go_on(ends), after=dice.randint(5, 40))
    assert ends.work(move).state == MoveState.DONE
    assert ends.here.tags() == []
    assert contents(ends.there) == before
    assert ends.repository.writes_held_until is None
