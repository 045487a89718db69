"""Background work of moves."""

from __future__ import annotations

from celery import shared_task
from django.db.models import Q, QuerySet
from django.utils import timezone

from index.copying.slots import Slots, copy_slot
from index.flows.move_repository import claim, continue_move
from index.models import Move, MoveState
from index.models.move import SHORTEST_KEEPING, UNFINISHED_MOVES
from index.outbox import start_soon

_BATCH = 50


@shared_task
def work_on_move(move_id: int) -> None:
    """Go on with one move, unless another worker is at it or this one has enough to copy."""
    kind = Slots.MOVES
    if Move.objects.filter(_is_late_look(), pk=move_id).exists():
        kind = Slots.LATE_LOOKS
    with copy_slot(kind) as is_free:
        move = claim(move_id) if is_free else None
        if move:
            continue_move(move)
    following = _due(kind).first() if move else None
    if following:  # of a thousand moves none waits for the next sweep
        start_soon(work_on_move, following)


@shared_task
def sweep_moves() -> None:
    """Have workers go on with moves that are due."""
    for kind in (Slots.LATE_LOOKS, Slots.MOVES):
        for move_id in _due(kind)[:_BATCH]:
            start_soon(work_on_move, move_id)


def _due(kind: Slots) -> QuerySet[Move, int]:
    """Return what is due, whatever is due longest first; of looks those that have not failed yet."""
    due = Move.objects.filter(state__in=UNFINISHED_MOVES, next_attempt_at__lte=timezone.now())
    look = _is_late_look()
    if kind == Slots.LATE_LOOKS:
        due = due.filter(look).order_by("attempts", "next_attempt_at", "pk")
    else:
        due = due.exclude(look).order_by("next_attempt_at", "pk")
    return due.values_list("pk", flat=True)


def _is_late_look() -> Q:
    """Return which moves look for pushes that came late: who pushed them waits to see them."""
    just_flipped = timezone.now() - SHORTEST_KEEPING
    return Q(state=MoveState.FLIPPED, flipped_at__gt=just_flipped)
