"""Background work of promotions."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from index.copying.slots import copy_slot
from index.flows.copy_promoted import claim, copy_promoted
from index.models import Promotion, PromotionState

_BATCH = 50


@shared_task
def continue_promotion(promotion_id: int) -> None:
    """Go on with one promotion, unless another worker is at it or this one has enough to copy."""
    with copy_slot() as is_free:
        promotion = claim(promotion_id) if is_free else None
        if promotion:
            copy_promoted(promotion)


@shared_task
def sweep_promotions() -> None:
    """Go on with every promotion that is due."""
    due = Promotion.objects.filter(
        state=PromotionState.COPYING, next_attempt_at__lte=timezone.now()
    )
    for promotion_id in due.order_by("next_attempt_at").values_list("pk", flat=True)[:_BATCH]:
        continue_promotion(promotion_id)
