"""Background work of promotions."""

from __future__ import annotations

from contextlib import suppress

from celery import shared_task
from django.db.models import QuerySet
from django.utils import timezone

from index.copying.slots import Slots, copy_slot
from index.errors import AlreadyDecided
from index.flows.copy_promoted import claim, copy_promoted
from index.flows.decide_promotion import lapse_promotion, lapsing
from index.models import Promotion, PromotionState
from index.outbox import start_soon

_BATCH = 50


@shared_task
def continue_promotion(promotion_id: int) -> None:
    """Go on with one promotion, unless another worker is at it or this one has enough to copy."""
    with copy_slot(Slots.PROMOTIONS) as is_free:
        promotion = claim(promotion_id) if is_free else None
        if promotion:
            copy_promoted(promotion)
    following = _due().first() if promotion else None
    if following:
        start_soon(continue_promotion, following)


@shared_task
def sweep_promotions() -> None:
    """Have workers go on with promotions that are due."""
    for promotion_id in _due()[:_BATCH]:
        start_soon(continue_promotion, promotion_id)


@shared_task
def lapse_promotions() -> None:
    """Drop those that nobody has decided for too long."""
    for promotion in lapsing().order_by("pk")[:_BATCH]:
        with suppress(AlreadyDecided):
            lapse_promotion(promotion)


def _due() -> QuerySet[Promotion, int]:
    due = Promotion.objects.filter(
        state=PromotionState.COPYING, next_attempt_at__lte=timezone.now()
    )
    return due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)
