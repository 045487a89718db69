"""Whose turn it is among moves, what may be asked for, and what else waits for a move or ends it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent
from accounts.principals import Principal
from index import move_tasks, promotion_tasks
from index.copying.slots import Slots, copy_slot
from index.errors import MoveRefused, RegistryInUse
from index.flows.reconcile import _known_names
from index.flows.registries import drain_registry, retire_registry
from index.flows.request_move import (
    check_still_possible,
    request_all_moves,
    request_move,
    retry_move,
)
from index.models import (
    Move,
    MoveState,
    PlacementRule,
    Promotion,
    PromotionState,
    Registry,
    RegistryState,
    Repository,
    Stage,
    Writers,
)
from index.moves.lease import claim
from launcher.layout import Layout
from launcher.services import worker
from tests.clients import confirm
from tests.conftest import World
from tests.factories import make_repository

NAME = "acme/app"
NOBODY = "http://127.0.0.1:1"  # answers here
START = timezone.now() - timedelta(minutes=1)
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


def move_west(world: World, ago: timedelta, **fields: Any) -> Move:
    """Let acme/app have moved west so long ago."""
    Repository.objects.filter(pk=world.app.pk).update(registry=world.west)
    return make_flipped(world, ago, **fields)


@pytest.mark.usefixtures("all_moving")
def test_late_pushes_are_looked_for_behind_a_mass_move(world: World, started: list[int]) -> None:
    asked = timezone.now() - HOUR
    queued = [make_move(world, f"acme/{name}", next_attempt_at=asked).pk for name in "abc"]
    flipped = move_west(world, timedelta(minutes=1))
    move_tasks.sweep_moves()
    assert started == [flipped.pk, *queued]
    for move_id in started[:2]:
        move_tasks.work_on_move(move_id)
    tried = Move.objects.filter(attempts=1).values_list("pk", flat=True)
    assert list(tried) == [flipped.pk]


def test_old_copies_wait_for_what_was_asked_before_they_were_due_and_for_nothing_else(
    world: World, started: list[int]
) -> None:
    """A thousand of them may be due on one day."""
    now = timezone.now()
    week = timedelta(days=8)
    make_flipped(world, week, name="acme/old", next_attempt_at=now - HOUR)
    make_move(world, "acme/b", next_attempt_at=now - HOUR / 2)
    make_move(world, "acme/a", next_attempt_at=now - 2 * HOUR)
    move_tasks.sweep_moves()
    of = dict(Move.objects.values_list("pk", "repository__name"))
    assert [of[move_id] for move_id in started] == ["acme/a", "acme/old", "acme/b"]


def test_a_look_does_not_wait_for_those_at_a_registry_that_does_not_answer(
    world: World, started: list[int]
) -> None:
    silent = make_flipped(world, timedelta(minutes=5), name="acme/a", attempts=3)
    other = make_flipped(world, timedelta(minutes=1), name="acme/b")
    move_tasks.sweep_moves()
    assert started == [other.pk, silent.pk]
    with copy_slot(Slots.LATE_LOOKS):  # which waits for its answer
        move_tasks.work_on_move(other.pk)
    other.refresh_from_db()
    assert other.next_attempt_at > timezone.now()  # it was looked at


def test_a_worker_has_threads_left_beside_its_copies() -> None:
    command = worker(Layout(Path("/srv/waybill"), Path("/srv/var")), Path("python")).command
    threads = int(command[command.index("--concurrency") + 1])
    with ExitStack() as stack:
        slots = 0
        for kind in Slots:
            while stack.enter_context(copy_slot(kind)):
                slots += 1
    assert threads >= slots + 2


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


def ask(world: World, to: Registry | None = None) -> Move:
    """Ask for acme/app to go west, or there."""
    repository = Repository.objects.get(pk=world.app.pk)
    return request_move(repository, to=to or world.west, by=Principal(world.root))


@pytest.mark.parametrize(
    ("next_in", "problem", "words"),
    [
        (timedelta(seconds=50), "", r"pushes that came late to east .*: ask again in (59|60) s"),
        (timedelta(minutes=3), "", "ask again in"),  # a worker looks just now
        (timedelta(minutes=12), "registry east: 500", r"east could not be asked .*: 500"),
    ],
)
def test_the_way_back_begins_after_a_look_for_late_pushes(
    world: World, next_in: timedelta, problem: str, words: str
) -> None:
    fields = {"last_problem": problem, "attempts": 1 if problem else 0}
    next_at = timezone.now() + next_in
    move = move_west(world, timedelta(seconds=10), next_attempt_at=next_at, **fields)
    with pytest.raises(MoveRefused, match=words):
        ask(world, to=world.east)
    looked = timezone.now() + timedelta(minutes=14)
    Move.objects.update(next_attempt_at=looked, attempts=0, last_problem="")
    assert ask(world, to=world.east).is_target_ours
    move.refresh_from_db()
    assert move.state == MoveState.DONE


@pytest.mark.parametrize("change", [{"writers": Writers.BUILDERS}, {"needs_approval": True}])
def test_nothing_goes_where_others_write_or_approve(world: World, change: dict[str, Any]) -> None:
    Registry.objects.filter(pk=world.west.pk).update(**change)
    with pytest.raises(MoveRefused, match="who may write there"):
        ask(world)


def test_a_registry_drained_since_the_page_was_shown_gets_nothing(world: World) -> None:
    Registry.objects.filter(pk=world.west.pk).update(state=RegistryState.DRAINING)
    with pytest.raises(MoveRefused, match="takes nothing new"):
        ask(world)


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        ("", "being deleted just now"),
        ("registry west: 405", "cannot be deleted: registry west: 405"),
    ],
)
def test_where_a_copy_of_it_is_being_deleted_it_does_not_go(
    world: World, problem: str, words: str
) -> None:
    make_move(world, state=MoveState.CLEANING, last_problem=problem)
    with pytest.raises(MoveRefused, match=words):
        ask(world)


def test_ends_are_compared_again_when_a_move_is_about_to_flip(world: World) -> None:
    move = ask(world)
    check_still_possible(move)
    Registry.objects.filter(pk=world.west.pk).update(stage=Stage.RELEASE)
    with pytest.raises(MoveRefused, match="different stages"):
        check_still_possible(move)


def test_all_of_a_registry_is_asked_for_in_parts(world: World) -> None:
    by = Principal(world.root)
    names = []
    for left in (1, 0):
        asked = request_all_moves(world.east, to=world.west, by=by, most=2)
        assert (asked.refused, asked.left) == ([], left)
        names += [move.repository.name for move in asked.moves]
    assert names == ["acme/app", "alice/priv", "alice/pub"]


def test_those_refused_hide_nothing_that_comes_after_them(world: World) -> None:
    by = Principal(world.root)
    for one in (world.app, world.private):  # a copy of each is being deleted there just now
        ends = {"source": world.east, "target": world.west}
        Move.objects.create(repository=one, state=MoveState.CLEANING, **ends)
    first = request_all_moves(world.east, to=world.west, by=by, most=2)
    assert (first.moves, len(first.refused), first.left) == ([], 2, 1)
    assert first.after == "alice/priv"
    asked = request_all_moves(world.east, to=world.west, by=by, most=2, after=first.after)
    assert [move.repository.name for move in asked.moves] == ["alice/pub"]
    assert (asked.refused, asked.left, asked.after) == ([], 0, "")


def test_trying_again_takes_nothing_from_a_worker(world: World) -> None:
    move = make_move(world, next_attempt_at=START, attempts=3, last_problem="registry west: 500")
    claimed = claim(move.pk)
    retry_move(move, by=Principal(world.root))
    move.refresh_from_db()
    assert claimed
    assert move.next_attempt_at == claimed.next_attempt_at
    Move.objects.update(last_problem="registry west: 500")
    retry_move(move, by=Principal(world.root))
    move.refresh_from_db()
    assert move.next_attempt_at <= timezone.now()


def test_the_command_leaves_a_move_that_fails_again_and_again_to_workers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "index.management.commands.move.time.sleep",
        lambda _: Move.objects.update(next_attempt_at=timezone.now()),
    )
    with pytest.raises(CommandError, match=r"acme/app is not moved yet: .* Workers go on"):
        call_command("move", "acme/app", "west", "--wait", stderr=StringIO())
    assert Move.objects.get().attempts == 5


def test_the_command_waits_for_all_and_says_at_the_end_which_were_not_moved(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def go_on(move: Move) -> None:
        name = move.repository.name
        state = MoveState.CANCELLED if name == "acme/app" else MoveState.FLIPPED
        flipped = None if name == "acme/app" else timezone.now()
        Move.objects.filter(pk=move.pk).update(state=state, flipped_at=flipped)

    monkeypatch.setattr("index.management.commands.move.continue_move", go_on)
    out = StringIO()
    with pytest.raises(CommandError, match=r"^acme/app was not moved: cancelled$"):
        call_command("move", "west", "--all-from", "east", "--wait", stdout=out)
    assert [line.partition(":")[0] for line in out.getvalue().splitlines()] == [
        "alice/priv is at west", "alice/pub is at west",
    ]  # fmt: skip


def test_a_registry_that_never_answers_again_can_be_retired(world: World) -> None:
    by = Principal(world.root)
    Repository.objects.update(registry=world.west)
    PlacementRule.objects.all().delete()
    drain_registry(world.east, by=by)
    kept = move_west(world, timedelta(minutes=10), attempts=9, last_problem="registry east: silent")
    with pytest.raises(RegistryInUse, match=r"twenty minutes after .* has moved from it"):
        retire_registry(world.east, by=by)
    moving = make_move(world, "acme/c")
    Repository.objects.update(registry=world.west)
    with pytest.raises(RegistryInUse, match="not finished") as refused:
        retire_registry(world.east, by=by)
    assert "twenty minutes" in str(refused.value)
    moving.delete()
    Move.objects.update(flipped_at=timezone.now() - timedelta(minutes=21))
    cancelled = make_move(
        world, "acme/b", source=world.west, target=world.east, state=MoveState.CLEANING
    )
    Repository.objects.update(registry=world.west)
    assert retire_registry(world.east, by=by) == 2
    states = [Move.objects.get(pk=move.pk).state for move in (kept, cancelled)]
    assert states == [MoveState.DONE, MoveState.CANCELLED]
    assert AuditEvent.objects.get(action="registry:retired").details["copies_given_up"] == 2


@pytest.fixture
def old_copy(world: World) -> None:
    """East is draining, and has nothing but an old copy."""
    Repository.objects.update(registry=world.west)
    PlacementRule.objects.all().delete()
    drain_registry(world.east, by=None)
    move_west(world, timedelta(days=1))


@pytest.mark.usefixtures("old_copy")
def test_the_command_says_what_is_given_up(world: World) -> None:
    out = StringIO()
    call_command("registries", "retire", "east", stdout=out)
    assert out.getvalue().splitlines() == [
        "east: Retired: keeps nothing, and is asked nothing.",
        "1 old copy of what was moved is still there: nobody will delete it.",
    ]


@pytest.mark.usefixtures("old_copy")
def test_the_api_says_what_is_given_up(world: World, client: Client) -> None:
    client.force_login(world.root)
    answer = confirm(client).post("/api/v1/registries/east/retire")
    assert (answer.status_code, answer.json()["copies_given_up"]) == (200, 1)
    assert answer.json()["state"] == "retired"


@pytest.mark.usefixtures("old_copy")
def test_the_page_says_what_is_given_up(world: World, client: Client) -> None:
    client.force_login(world.root)
    page = confirm(client).get("/manage/registries/east").content.decode()
    assert "1 old copy of what was moved is still there: nobody will delete it." in page


def test_a_cancelled_copy_that_is_being_deleted_is_no_unknown_repository(world: World) -> None:
    make_move(world, state=MoveState.CLEANING)
    assert _known_names(world.west, ["acme/app"]) >= {"acme/app"}
