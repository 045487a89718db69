"""Moves as pages and the API show them."""

from __future__ import annotations

from django.db.models import QuerySet

from index.models import Move, MoveState
from index.models.move import UNFINISHED_MOVES

STATES = {"open": UNFINISHED_MOVES, "all": tuple(MoveState)}


def moves_of(state: str = "all", *, registry: str = "") -> QuerySet[Move]:
    """Return moves, the newest first; `open` are those that are not finished."""
    rows = Move.objects.filter(state__in=STATES.get(state, STATES["all"]))
    if registry:
        rows = rows.filter(source__name=registry) | rows.filter(target__name=registry)
    return rows.select_related("repository", "source", "target", "requested_by").defer(
        "tags_then", "manifests_then"
    )
