"""Background work of moves."""

from __future__ import annotations

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from index.copying.slots import copy_slot
from index.flows.move_repository import claim, continue_move
from index.models import Move
from index.models.move import UNFINISHED_MOVES
from index.outbox import start_soon

_BATCH = 50


@shared_task
def work_on_move(move_id: int) -> None:
    """Go on with one move, unless another worker is at it or this one has enough to copy."""
    with copy_slot() as is_free:
        move = claim(move_id) if is_free else None
        if move:
            continue_move(move)
    following = _due().first() if move else None
    if following:  # of a thousand moves none waits for the next sweep
        start_soon(work_on_move, following)


@shared_task
def sweep_moves() -> None:
    """Have workers go on with moves that are due."""
    for move_id in _due()[:_BATCH]:
        start_soon(work_on_move, move_id)


def _due() -> QuerySet[Move, int]:
    due = Move.objects.filter(state__in=UNFINISHED_MOVES, next_attempt_at__lte=timezone.now())
    return due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)
