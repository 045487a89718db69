"""Whose turn it is among moves, what may be asked for, and what else waits for a move or ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from index import move_tasks, promotion_tasks
from index.copying.slots import Slots, copy_slot
from index.models import Move, MoveState, Promotion, PromotionState, Registry
from tests.conftest import World
from tests.factories import make_repository

NOBODY = "http://127.0.0.1:1"  # answers here
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _silence(world: World) -> None:
    """No registry is there, so whatever is tried is noted as trouble."""
    Registry.objects.update(upstream_url=NOBODY)
    for row in (world.east, world.west):
        row.refresh_from_db()


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Which rows tasks were started for."""
    rows: list[int] = []
    for module in (move_tasks, promotion_tasks):
        monkeypatch.setattr(module, "start_soon", lambda _, row: rows.append(row))
    return rows


@pytest.fixture
def all_moving() -> Iterator[None]:
    """A worker that copies as many moves as it may."""
    with ExitStack() as stack:
        while stack.enter_context(copy_slot(Slots.MOVES)):
            pass
        yield


def make_move(world: World, name: str = "", **fields: Any) -> Move:
    """Make a move of acme/app, or of a repository of that name, from east to west."""
    repository = make_repository(name, registry=world.east) if name else world.app
    ends = {"source": world.east, "target": world.west, **fields}
    return Move.objects.create(repository=repository, **ends)


def make_flipped(world: World, ago: timedelta, **fields: Any) -> Move:
    """Make one that flipped so long ago."""
    since = timezone.now() - ago
    return make_move(world, state=MoveState.FLIPPED, flipped_at=since, **fields)


@pytest.mark.usefixtures("all_moving")
def test_late_pushes_are_looked_for_behind_a_mass_move(world: World, started: list[int]) -> None:
    asked = timezone.now() - HOUR
    queued = [make_move(world, f"acme/{name}", next_attempt_at=asked).pk for name in "abc"]
    flipped = make_flipped(world, timedelta(minutes=1))
    move_tasks.sweep_moves()
    assert started == [flipped.pk, *queued]
    for move_id in started[:2]:
        move_tasks.work_on_move(move_id)
    tried = Move.objects.filter(attempts=1).values_list("pk", flat=True)
    assert list(tried) == [flipped.pk]


def test_old_copies_do_not_wait_for_all_that_was_asked_since(
    world: World, started: list[int]
) -> None:
    asked = timezone.now() - HOUR
    make_move(world, "acme/a", next_attempt_at=asked)
    make_flipped(world, timedelta(days=8), name="acme/b")
    move_tasks.sweep_moves()
    of = dict(Move.objects.values_list("pk", "repository__name"))
    assert [of[move_id] for move_id in started] == ["acme/b", "acme/a"]


@pytest.mark.usefixtures("all_moving")
def test_promotions_do_not_wait_for_moves_nor_for_the_next_sweep(
    world: World, started: list[int]
) -> None:
    first, second = (
        Promotion.objects.create(
            source=world.private, target=world.app, target_tag=tag, digest="sha256:" + "0" * 64,
            state=PromotionState.COPYING, requested_by="user:1",
        )
        for tag in ("1", "2")
    )  # fmt: skip
    promotion_tasks.sweep_promotions()
    assert started == [first.pk, second.pk]
    promotion_tasks.continue_promotion(first.pk)
    assert started[2:] == [second.pk]
