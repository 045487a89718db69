"""Workers of moves: they hold their lease through every long phase, and harm nothing without it."""

# ruff: noqa: F811 - the fixtures `ends` and `lone` are those of test_moves

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Namespace
from index import registry_connection
from index.errors import RegistryTrouble
from index.flows import flip_route, move_repository
from index.flows.purge_tags import purge
from index.flows.record_moved import forget_tags
from index.models import Move, MoveState, Registry, RegistryState, Repository
from index.moves import old_copy
from index.moves.lease import Lease, Lost
from index.moves.passes import Mover
from index.registry_client import RegistryClient
from tests.index.pushing import Pusher
from tests.index.test_moves import (
    Ends,
    at_hold,
    at_manifest,
    contents_by_digest,
    ends,  # noqa: F401
    lone,  # noqa: F401
)


def mover(ends: Ends, told: list[Any], check: Callable[[], None] = lambda: None) -> Mover:
    """Return one that says how far it has come by adding to a list."""
    app, here, there = ends.repository, ends.here, ends.there
    return Mover(app, here, there, on_progress=told.append, check=check)


def lose(move: Move) -> None:
    """Have another worker take it over, as after three minutes without a sign."""
    Move.objects.filter(pk=move.pk).update(next_attempt_at=timezone.now() + timedelta(minutes=3))


def test_a_pass_that_finds_nothing_new_tells_of_itself_all_the_same(ends: Ends) -> None:
    for number in range(5):
        ends.push.image(b"%d" % number, tag=f"1.{number}")
    told: list[Any] = []
    copying = mover(ends, told)
    copying.run()
    del told[:]
    assert not copying.run()
    assert len(told) >= 10  # for each tag where it points to, and whether it is right
    del told[:]
    copying.prove()
    assert len(told) >= 15  # for each tag at both ends, and for each manifest


def test_emptying_a_copy_tells_of_itself_in_every_part(ends: Ends) -> None:
    for number in range(3):
        ends.push.image(b"%d" % number, tag=f"1.{number}")
    move = ends.move()
    told: list[int] = []
    tell = partial(told.append, 1)
    old_copy.empty(move, ends.here, on_progress=tell, check=lambda: None)
    blobs = ends.repository.blob_links.count()
    assert len(told) >= 3 + 2 * 3 + 3 * blobs  # tags; manifests; links, twice, and each seen gone


def test_a_worker_that_lost_its_move_takes_no_tag_off(ends: Ends) -> None:
    """It was frozen since it asked for tags, and this is the registry in use by now."""
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    lease = Lease(move)
    copying = mover(ends, [], lease.check)
    copying.run()
    newest = Pusher(ends.there).image(b"pushed since the flip", tag="2.0")
    lease.renew()
    lose(move)
    with pytest.raises(Lost):
        copying.run()
    assert ends.there.digest_of("2.0") == newest


def test_a_worker_that_lost_its_move_deletes_no_manifest(ends: Ends) -> None:
    digest = ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    copying = mover(ends, [], Lease(move).check)
    copying.run()
    ends.here.delete_manifest(digest)
    lose(move)
    with pytest.raises(Lost):
        copying.drop_what_is_gone()
    assert ends.there.has_manifest(digest)


def test_a_worker_that_lost_its_move_puts_no_tag(ends: Ends) -> None:
    """It was frozen since it asked where the tag points, and whoever pushed it since was later."""
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    copying = mover(ends, [], Lease(move).check)
    with at_manifest(ends.there, lambda: lose(move)), pytest.raises(Lost):
        copying.run()
    assert ends.there.tags() == []


def test_a_worker_that_lost_its_move_puts_no_late_tag(ends: Ends) -> None:
    digest = ends.push.image(b"one", tag="1.0")
    move = ends.move()
    ends.push.image(b"late", tag="1.0")
    with at_manifest(ends.there, lambda: lose(move)):
        ends.work(move)
    assert ends.there.digest_of("1.0") == digest


def test_a_worker_that_lost_its_move_empties_nothing(ends: Ends) -> None:
    digest = ends.push.image(b"one", tag="1.0")
    move = ends.move()
    lease = Lease(move)
    lose(move)
    with pytest.raises(Lost):
        old_copy.empty(move, ends.here, on_progress=lambda: None, check=lease.check)
    served = ends.here.served_manifest(digest)
    assert served
    assert all(ends.here.has_blob(blob) for blob in served.document.blobs)


def test_for_one_new_tag_not_everything_is_asked_for_again(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = ends.push.image(b"old", tag="1.0")
    copying = mover(ends, [])
    copying.run()
    child = ends.push.image(b"child")
    new = ends.push.index(child, tag="2.0")
    asked: list[str] = []
    real = RegistryClient.ask

    def ask(self: RegistryClient, method: str, path: str, *more: Any, **options: Any) -> Any:
        if self.registry == ends.there.registry:
            asked.append(path.rpartition("/")[2])
        return real(self, method, path, *more, **options)

    monkeypatch.setattr(RegistryClient, "ask", ask)
    copying.run()
    assert old not in asked
    assert {new, child} <= set(asked)
    assert ends.there.digest_of("2.0") == new


def test_no_tag_is_put_to_what_did_not_stay_whole(ends: Ends) -> None:
    child = ends.push.image(b"child")
    index = ends.push.index(child, tag="1.0")
    copying = mover(ends, [])
    copying.run()
    served = ends.here.served_manifest(index)
    assert served
    ends.here.put_manifest("2.0", served)
    ends.there.delete_manifest(child)
    with pytest.raises(RegistryTrouble, match="did not stay there"):
        copying.run()
    assert ends.there.tags() == ["1.0"]


def test_documents_of_what_was_copied_are_not_kept_in_memory(ends: Ends) -> None:
    kept: list[Mover] = []
    ends.push.image(b"one", tag="1.0")

    class Remembered(Mover):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            kept.append(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(move_repository, "Mover", Remembered)
        ends.move()
    assert kept[0].report.held
    assert not kept[0].report.documents
    assert set(ends.repository.manifests.values_list("digest", flat=True)) == set(
        kept[0].report.held
    )


def test_a_hold_that_runs_out_while_the_flip_is_written_flips_nothing(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    with time_machine.travel(timezone.now(), tick=True) as clock:

        def forget(*arguments: Any, **options: Any) -> None:
            forget_tags(*arguments, **options)
            clock.shift(timedelta(minutes=1))

        monkeypatch.setattr(flip_route, "forget_tags", forget)
        late = ends.work(move)
    assert (late.state, late.attempts) == (MoveState.COPYING, 1)
    assert "too long" in late.last_problem
    assert ends.repository.registry == ends.world.east
    assert ends.repository.writes_held_until is None


def test_a_flip_that_the_database_refuses_lets_pushes_in_again(
    ends: Ends, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()

    def fail(*_arguments: object) -> None:
        message = "deadlock detected\nDETAIL: process 1 waits"
        raise OperationalError(message)

    with monkeypatch.context() as patch:
        patch.setattr(flip_route, "_tell", fail)
        failed = ends.work(move)
    assert (failed.state, failed.last_problem) == (MoveState.COPYING, "deadlock detected")
    assert (failed.flipped_at, failed.tags_then) == (None, {})
    assert ends.repository.writes_held_until is None
    assert ends.work(move).state == MoveState.FLIPPED


def test_a_registry_drained_while_it_is_copied_to_gets_no_repository(ends: Ends) -> None:
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()
    west = Registry.objects.filter(pk=ends.world.west.pk)
    with at_hold(lambda: west.update(state=RegistryState.DRAINING)):
        refused = ends.work(move)
    assert (refused.state, refused.attempts) == (MoveState.COPYING, 1)
    assert "takes nothing new" in refused.last_problem
    assert ends.repository.writes_held_until is None
    with at_hold(pytest.fail):
        assert "takes nothing new" in ends.work(move).last_problem
    west.update(state=RegistryState.IN_USE)
    assert ends.work(move).state == MoveState.FLIPPED


def test_no_purge_takes_over_the_hold_of_a_closing_that_ran_out(ends: Ends) -> None:
    """So whatever hold there is while a move closes is its own, and goes with it."""
    ends.push.image(b"one", tag="1.0")
    move = ends.ask()

    def run_out_and_purge() -> None:
        now = timezone.now()
        Repository.objects.filter(pk=ends.world.app.pk).update(writes_held_until=now)
        with pytest.raises(RegistryTrouble, match="being moved"):
            purge(ends.repository, [], ends.here)

    with at_hold(run_out_and_purge):
        assert "too long" in ends.work(move).last_problem
    assert ends.repository.writes_held_until is None


def test_the_storage_of_whose_repository_it_is_by_now_is_counted(ends: Ends) -> None:
    ends.push.image(b"one" * 1000, tag="1.0")
    alice = Namespace.objects.get(name="alice")
    give = Repository.objects.filter(pk=ends.world.app.pk).update
    move = ends.ask()
    with at_hold(lambda: give(namespace=alice)):
        assert ends.work(move).state == MoveState.FLIPPED
    alice.refresh_from_db()
    assert alice.storage_used > 3000


@pytest.mark.parametrize("end", ["east", "west"])
def test_a_registry_that_hangs_in_the_middle_is_waited_for(
    ends: Ends, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """It takes connections and answers nothing; then it goes on, and so does the move."""
    for number in range(5):
        ends.push.image(b"%d" % number, tag=f"1.{number}")
    move, registry = ends.ask(), getattr(ends, end)
    with monkeypatch.context() as impatience:
        impatience.setattr(registry_connection, "_TIMEOUT", (0.2, 0.2))
        impatience.setattr(registry_connection, "_SENDING", (0.2, 0.2))
        with at_manifest(ends.there, registry.pause, count=2):
            hanging = ends.work(move)
    assert hanging.state == MoveState.COPYING
    assert f"registry {end}" in hanging.last_problem
    assert ends.repository.writes_held_until is None
    registry.resume()
    assert ends.work(move).state == MoveState.FLIPPED
    assert contents_by_digest(ends.there) == contents_by_digest(ends.here)
