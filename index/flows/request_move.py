"""Ask for a move, cancel it, try it again, end the keeping of an old copy. Administrators do."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction
from accounts.principals import Principal
from index.errors import MoveRefused
from index.flows.operate import check_operator, record_by_operator
from index.models import Move, MoveState, Registry, RegistryState, Repository, RepositoryState
from index.models.move import COPYING_MOVES
from index.moves.lease import HOLDS
from index.moves.passes import obstacle_of_size

LONGEST_KEEPING = 365  # days
MOST_AT_ONCE = 500  # which takes some seconds; the gateway waits for half a minute
_SWEPT_EVERY = 10  # seconds


def request_move(
    repository: Repository, *, to: Registry, by: Principal | None, keep_days: int = 7
) -> Move:
    """Note that the repository is to be kept by another registry; raise Denied or MoveRefused.

    `by` is None for a command. A move under way to the same registry is returned as it is.
    """
    check_operator(by, _("where repositories are kept"))
    if not 0 <= keep_days <= LONGEST_KEEPING:
        message = _("an old copy is kept for 0 to %(longest_keeping)s days") % {
            "longest_keeping": LONGEST_KEEPING
        }
        raise MoveRefused(message)
    try:
        with transaction.atomic():
            return _request(repository.pk, to=to, by=by, keep_days=keep_days)
    except IntegrityError as error:
        message = _("%(repository)s is being moved already") % {"repository": repository}
        raise MoveRefused(message) from error


def _request(pk: int, *, to: Registry, by: Principal | None, keep_days: int) -> Move:
    rows = Repository.objects.locked().select_related("registry").defer("readme")
    repository = rows.get(pk=pk)
    to = Registry.objects.get(pk=to.pk)  # since it was read somebody may have drained it
    under_way = repository.moves.filter(state__in=COPYING_MOVES).first()
    if under_way and under_way.target_id == to.pk:
        return under_way
    if problem := obstacle_to_move(repository, to):
        raise MoveRefused(problem)
    # The copy that is still there is begun with, and stays.
    back = repository.moves.filter(state=MoveState.FLIPPED, source=to)
    is_back = back.update(state=MoveState.DONE, finished_at=timezone.now()) > 0
    move = Move.objects.create(
        repository=repository,
        source=repository.registry,
        target=to,
        requested_by=by.user if by else None,
        keep_days=keep_days,
        is_target_ours=is_back,
    )
    action = AuditAction.MOVE_ASKED
    record_by_operator(
        action,
        repository.name,
        by=by,
        old_registry=move.source.name,
        registry=to.name,
        keep_days=keep_days,
    )
    return move


def obstacle_to_move(repository: Repository, to: Registry) -> str:
    """Return in words why it cannot be moved there; "" if it can."""
    if repository.state != RepositoryState.ACTIVE:
        return _("%(repository)s is deleted, or in the trash") % {"repository": repository}
    others = Repository.objects.filter(registry=to, stored_name=repository.stored_name)
    others = others.exclude(pk=repository.pk).exclude(state=RepositoryState.DELETED)
    return (
        obstacle_between(repository.registry, to)
        or _other_move(repository, to)
        or _late_pushes(repository, to)
        or obstacle_of_size(repository)
        or (
            _("%(to)s keeps another repository under the name %(stored_name)s")
            % {"to": to, "stored_name": repository.stored_name}
            if others.exists()
            else ""
        )
    )


def obstacle_between(here: Registry, to: Registry) -> str:
    """Return why nothing is moved from one to the other; "" if everything may be."""
    if here.pk == to.pk:
        return _("%(to)s keeps it already") % {"to": to}
    if to.state != RegistryState.IN_USE:
        return _("%(to)s takes nothing new: %(to_2)s") % {"to": to, "to_2": to.get_state_display()}
    if here.stage != to.stage:
        return _(
            "%(here)s and %(to)s are of different stages (%(get_stage_display)s, "
            "%(get_stage_display_2)s): an image is promoted from one to the other"
        ) % {
            "here": here,
            "to": to,
            "get_stage_display": here.get_stage_display(),
            "get_stage_display_2": to.get_stage_display(),
        }
    if here.service != to.service:
        return _("clients reach %(here)s and %(to)s in different ways: their tokens differ") % {
            "here": here,
            "to": to,
        }
    if (here.writers, here.needs_approval) != (to.writers, to.needs_approval):
        return _(
            "%(here)s and %(to)s differ in who may write there, or in whether promotions "
            "are approved: make that the same first"
        ) % {"here": here, "to": to}
    return ""


def check_still_possible(move: Move) -> None:
    """Raise MoveRefused where its ends have changed since it was asked for, so that it would not be."""
    ends = Registry.objects.in_bulk([move.source_id, move.target_id])
    if problem := obstacle_between(ends[move.source_id], ends[move.target_id]):
        raise MoveRefused(problem)


def _other_move(repository: Repository, to: Registry) -> str:
    under_way = repository.moves.filter(state__in=COPYING_MOVES).first()
    if under_way:
        return _("%(repository)s is being moved to %(target)s: cancel that first") % {
            "repository": repository,
            "target": under_way.target,
        }
    cleaning = repository.moves.filter(Q(source=to) | Q(target=to), state=MoveState.CLEANING)
    if found := cleaning.first():
        if found.last_problem:
            return _("a copy of %(repository)s at %(to)s cannot be deleted: %(last_problem)s") % {
                "repository": repository,
                "to": to,
                "last_problem": found.last_problem,
            }
        return _(
            "a copy of %(repository)s at %(to)s is being deleted just now: ask again in a while"
        ) % {"repository": repository, "to": to}
    return ""


def _late_pushes(repository: Repository, to: Registry) -> str:
    """Return that the old copy has to be looked at first; "" where it was.

    The way back makes it like the new one, and would throw away what was pushed there late.
    """
    kept = repository.moves.filter(state=MoveState.FLIPPED, source=to).first()
    if kept is None:
        return ""
    if kept.attempts and kept.last_problem:
        return _(
            "%(to)s could not be asked for pushes that came late (%(last_problem)s): "
            "have the move away from it tried again first"
        ) % {"to": to, "last_problem": kept.last_problem}
    wait = kept.next_attempt_at - timezone.now()
    if wait > HOLDS and not kept.attempts:  # nobody is looking, nor about to
        return ""
    seconds = max(int(wait.total_seconds()), 0) + _SWEPT_EVERY
    return _("pushes that came late to %(to)s are looked for first: ask again in %(seconds)s s") % {
        "to": to,
        "seconds": seconds,
    }


def cancel_move(move: Move, *, by: Principal | None) -> None:
    """Stop before the flip: what was copied is deleted again. Raises Denied or MoveRefused."""
    check_operator(by, _("where repositories are kept"))
    with transaction.atomic():
        repository = Repository.objects.locked().get(pk=move.repository_id)
        move.refresh_from_db()
        if move.state not in COPYING_MOVES:
            message = _("the move is past that: %(move)s. Move it back instead") % {
                "move": move.get_state_display().lower()
            }
            raise MoveRefused(message)
        if move.state == MoveState.CLOSING:
            repository.writes_held_until = None
            repository.save(update_fields=["writes_held_until"])
        move.state = MoveState.CLEANING
        move.attempts, move.last_problem = 0, ""
        move.next_attempt_at = timezone.now() + HOLDS  # so long may a worker end an upload
        move.save(update_fields=["state", "attempts", "last_problem", "next_attempt_at"])
        record_by_operator(
            AuditAction.MOVE_CANCELLED, repository.name, by=by, registry=move.target.name
        )


def retry_move(move: Move, *, by: Principal | None) -> None:
    """Let what waits after a problem go on now."""
    check_operator(by, _("where repositories are kept"))
    waiting = Move.objects.filter(pk=move.pk, attempts__gt=0).exclude(last_problem="")
    waiting.exclude(state__in=[MoveState.DONE, MoveState.CANCELLED]).update(
        next_attempt_at=timezone.now()
    )


def end_keeping(move: Move, *, by: Principal | None) -> None:
    """Delete the old copy as soon as that is safe. Raises Denied or MoveRefused."""
    check_operator(by, _("where repositories are kept"))
    with transaction.atomic():
        kept = Move.objects.filter(pk=move.pk, state=MoveState.FLIPPED)
        if not kept.update(keep_days=0, next_attempt_at=timezone.now()):
            message = _("no old copy is kept of this move")
            raise MoveRefused(message)
        record_by_operator(
            AuditAction.MOVE_COPY_ENDED, move.repository.name, by=by, registry=move.source.name
        )


@dataclass(frozen=True, slots=True)
class AllMoves:
    """What became of everything that a registry keeps; `left` come after a name, and are asked for next."""

    moves: list[Move]
    refused: list[str]
    left: int
    after: str


def request_all_moves(
    registry: Registry,
    *,
    to: Registry,
    by: Principal | None,
    keep_days: int = 7,
    most: int | None = MOST_AT_ONCE,
    after: str = "",
) -> AllMoves:
    """Ask for moves of everything that a registry keeps and that is not on its way there already.

    By name, beginning `after` one: what is refused must not keep others back. A few are copied at a
    time (`index.copying.slots`), the others wait for their turn.
    """
    check_operator(by, _("where repositories are kept"))
    if problem := obstacle_between(registry, to):
        raise MoveRefused(problem)
    kept = Repository.objects.filter(registry=registry, name__gt=after)
    kept = kept.filter(state=RepositoryState.ACTIVE)
    on_their_way = Move.objects.filter(target=to, state__in=COPYING_MOVES)
    kept = kept.exclude(pk__in=on_their_way.values("repository"))
    asked = list(kept.order_by("name").only("name")[:most])
    left = kept.count() - len(asked)
    moves, refused = [], []
    for repository in asked:
        try:
            moves.append(request_move(repository, to=to, by=by, keep_days=keep_days))
        except MoveRefused as refusal:
            refused.append(str(refusal))
    return AllMoves(moves, refused, max(left, 0), asked[-1].name if left > 0 else "")
