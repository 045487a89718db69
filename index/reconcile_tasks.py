"""Background work of reconciliation: walking through registries, and accepting what was found."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache
from django.utils import timezone

from index.flows.accept_differences import accept_waiting
from index.flows.reconcile import (
    STEP,
    claim,
    continue_reconciliation,
    start_due_reconciliations,
)
from index.models import Reconciliation

_ACCEPTING = "accepting-differences"


@shared_task
def walk_registry(walk_id: int) -> None:
    """Go on with one walk, unless another worker is at it."""
    walk = claim(walk_id)
    if walk:
        continue_reconciliation(walk)


@shared_task
def sweep_reconciliations() -> None:
    """Go on with every walk that is due, each in a task of its own."""
    due = Reconciliation.objects.filter(finished_at=None, next_attempt_at__lte=timezone.now())
    for walk_id in due.values_list("pk", flat=True):
        walk_registry.delay(walk_id)


@shared_task
def accept_differences() -> None:
    """Accept what people and rules have marked, for a while; two at once would ask for the same."""
    if cache.add(_ACCEPTING, "", 2 * STEP):
        try:
            accept_waiting(seconds=STEP)
        finally:
            cache.delete(_ACCEPTING)


@shared_task
def start_reconciliations() -> None:
    """Begin the walks that are due."""
    start_due_reconciliations()
