"""Move a repository to another registry: copy while pushes go on, hold them for the last of it, flip.

Each step can be taken again from its beginning, by another worker: what is there is not copied twice,
and until the flip nobody is sent to the new copy. A closing that fails lets pushes in again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from index.errors import MoveRefused, RegistrySilent, RegistryTrouble
from index.flows.bring_late_pushes import bring_late_pushes
from index.flows.flip_route import FIRST_LOOK, flip_route
from index.flows.quotas import recount_storage
from index.flows.record_moved import MovedRows
from index.flows.request_move import check_still_possible
from index.models import Move, MoveState, RegistryState, Repository, RepositoryState
from index.models.move import COPYING_MOVES
from index.moves.lease import Lease, Lost, claim
from index.moves.old_copy import empty
from index.moves.passes import Mover
from index.registry_client import RegistryClient
from index.settling import let_settle

__all__ = ["SETTLES_IN", "claim", "continue_move"]

# What the gateway let in before pushes were held is at the registry by then, or comes late.
SETTLES_IN = timedelta(seconds=3)
_SHORTEST_HOLD, _LONGEST_HOLD = timedelta(seconds=45), timedelta(minutes=10)
_LATE_LOOKS = (FIRST_LOOK, timedelta(minutes=16))  # after the flip
_LONGEST_PAUSE = timedelta(minutes=15)
_MOST_PASSES = 20  # whoever pushes all the time is held in the end
_MOST_LOOKS = 20  # at an inbox that is not empty

Pause = Callable[[float], object]


def continue_move(
    move: Move, *, settles_in: timedelta = SETTLES_IN, pause: Pause = time.sleep
) -> None:
    """Do what is due; what goes wrong is noted, and tried again later, ever more rarely."""
    lease = Lease(move)
    try:
        if move.state in COPYING_MOVES:
            _reopen(move, lease)
            _copy(move, lease, settles_in, pause)
        elif move.state == MoveState.FLIPPED:
            _look_after_old_copy(move, lease)
        if move.state == MoveState.CLEANING:
            _clean(move, lease)
    except Lost:
        return
    except (RegistryTrouble, RegistrySilent, MoveRefused, DatabaseError) as trouble:
        # A database that saw a deadlock says so in many lines; pushes must not wait for that.
        _note(move, lease, str(trouble).partition("\n")[0])


def _copy(move: Move, lease: Lease, settles_in: timedelta, pause: Pause) -> None:
    repository = Repository.objects.select_related("registry").get(pk=move.repository_id)
    if repository.state != RepositoryState.ACTIVE or repository.registry_id != move.source_id:
        lease.write(state=MoveState.CLEANING, last_problem="the repository is not there any more")
        return
    check_still_possible(move)
    here = RegistryClient(move.source, repository.stored_name)
    there = RegistryClient(move.target, repository.stored_name)
    _check_target(move, lease, there)
    rows = MovedRows(repository, pushed_at=move.requested_at)
    mover = Mover(
        repository, here, there, on_progress=lease.renew, check=lease.check, on_held=rows.add
    )
    try:
        for _ in range(_MOST_PASSES):
            is_new = mover.run()
            rows.write()
            if not is_new:
                break
        _hold(move, lease, settles_in)
        _wait_for_late_ones(move, lease, settles_in, pause)
        _close(move, lease, mover, rows)
    finally:
        rows.write()  # by them it is found what a move has brought that was cancelled just now


def _check_target(move: Move, lease: Lease, there: RegistryClient) -> None:
    """Refuse to overwrite what somebody else has put there under the same name."""
    if move.is_target_ours:
        return
    if there.tags():
        message = (
            f"registry {move.target} has something under {there.repository} that no move has put "
            "there: delete it at that registry, or cancel the move"
        )
        raise MoveRefused(message)
    lease.write(is_target_ours=True)


def _close(move: Move, lease: Lease, mover: Mover, rows: MovedRows) -> None:
    """Copy the last of it, prove that all is there, flip."""
    mover.run()
    mover.drop_what_is_gone()
    mover.prove()
    rows.write()
    lease.write(**lease.counts(mover.report))
    flip_route(move, lease, tags=mover.tags, held=mover.report.held)
    # It may belong to another namespace than when the move was begun.
    recount_storage(
        Repository.objects.values_list("namespace", flat=True).get(pk=move.repository_id)
    )


def _wait_for_late_ones(move: Move, lease: Lease, settles_in: timedelta, pause: Pause) -> None:
    """Wait for pushes that were let in before, and for what the registry has told of them.

    Of a push without a tag its notification alone says what it was. What is told later than that is
    brought over after the flip.
    """

    def rest(seconds: float) -> None:
        lease.renew()
        pause(seconds)

    pause(settles_in.total_seconds())
    let_settle(move.source, pause=rest, most_looks=_MOST_LOOKS)


def _hold(move: Move, lease: Lease, settles_in: timedelta) -> None:
    """Have pushes told to come again, for as long as the last of it may take."""
    longest = settles_in + min(_SHORTEST_HOLD * 2 ** min(move.attempts, 8), _LONGEST_HOLD)
    lease.ends_at = time.monotonic() + longest.total_seconds()
    with lease.transaction():
        repository = Repository.objects.locked().get(pk=move.repository_id)
        now, until = timezone.now(), repository.writes_held_until
        if until is not None and until > now:
            message = "images of it are being deleted just now"
            raise RegistryTrouble(message)
        repository.writes_held_until = now + longest
        repository.save(update_fields=["writes_held_until"])
        lease.write(state=MoveState.CLOSING)


def _reopen(move: Move, lease: Lease) -> None:
    """Let pushes in again, wherever a closing ended without a flip."""
    if move.state != MoveState.CLOSING:
        return
    with lease.transaction():
        repository = Repository.objects.locked().get(pk=move.repository_id)
        lease.write(state=MoveState.COPYING)
        repository.writes_held_until = None
        repository.save(update_fields=["writes_held_until"])


def _look_after_old_copy(move: Move, lease: Lease) -> None:
    """Bring over what came late; and let the old copy go when its time is over."""
    if move.source.state != RegistryState.RETIRED:
        bring_late_pushes(move, lease)
    now, keep_until = timezone.now(), move.keep_until
    if move.flipped_at is None or keep_until is None or keep_until <= now:
        lease.write(state=MoveState.CLEANING)
        return
    looks = [move.flipped_at + after for after in _LATE_LOOKS]
    coming = min(look for look in (*looks, keep_until) if look > now)
    lease.write(next_attempt_at=min(coming, keep_until), attempts=0, last_problem="")


def _clean(move: Move, lease: Lease) -> None:
    """Delete the copy that is not used, and see that it is gone."""
    with lease.transaction():
        repository = Repository.objects.locked().get(pk=move.repository_id)
        is_used = repository.registry_id == move.unused.pk
        coming = repository.moves.filter(state__in=COPYING_MOVES, target=move.unused)
        is_used = is_used or coming.exists() or move.unused.state == RegistryState.RETIRED
        lease.write(state=MoveState.CLEANING)
    if not is_used and (move.flipped_at or move.is_target_ours):
        client = RegistryClient(move.unused, repository.stored_name)
        empty(move, client, on_progress=lease.renew, check=lease.check)
    state = MoveState.DONE if move.flipped_at else MoveState.CANCELLED
    lease.write(
        state=state, finished_at=timezone.now(), last_problem="", tags_then={}, manifests_then=[]
    )


def _note(move: Move, lease: Lease, problem: str) -> None:
    attempts = move.attempts + 1
    pause = min(timedelta(seconds=5 * 2 ** min(attempts, 12)), _LONGEST_PAUSE)
    try:
        lease.ends_at = None
        _reopen(move, lease)
        lease.write(
            attempts=attempts,
            last_problem=problem[:200],
            next_attempt_at=timezone.now() + pause,
        )
    except Lost:
        return
