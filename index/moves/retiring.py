"""What retiring a registry means for moves: which need it yet, and which copies are given up with it."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from index.models import Move, MoveState, Registry
from index.models.move import COPYING_MOVES, SHORTEST_KEEPING


def moves_in_need_of(registry: Registry) -> QuerySet[Move]:
    """Return those that copy from or to it, or look there for pushes that came late."""
    just_flipped = timezone.now() - SHORTEST_KEEPING
    looking = Q(source=registry, state=MoveState.FLIPPED, flipped_at__gt=just_flipped)
    at_it = Q(source=registry) | Q(target=registry)
    return Move.objects.filter(looking | at_it & Q(state__in=COPYING_MOVES))


def given_up_with(registry: Registry) -> QuerySet[Move]:
    """Return those whose unused copy lies there: nobody will delete it, or ask whether it is gone.

    A registry that never answers again would else be in use for ever.
    """
    unused = Q(source=registry, flipped_at__isnull=False) | Q(target=registry, flipped_at=None)
    return Move.objects.filter(unused, state__in=[MoveState.FLIPPED, MoveState.CLEANING])


def end_without(registry: Registry) -> int:
    """End them, and return how many there were."""
    moves = given_up_with(registry)
    ends = {
        "finished_at": timezone.now(),
        "last_problem": "",
        "tags_then": {},
        "manifests_then": [],
    }
    cancelled = moves.filter(flipped_at=None).update(state=MoveState.CANCELLED, **ends)
    return cancelled + moves.update(state=MoveState.DONE, **ends)
