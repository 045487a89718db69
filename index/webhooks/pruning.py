"""How long deliveries are kept."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from index.models import WebhookDelivery

KEPT_DAYS = 30
_BATCH = 5000


def prune() -> None:
    """Delete deliveries that are older than they are kept, a batch at a time."""
    before = timezone.now() - timedelta(days=KEPT_DAYS)
    old = WebhookDelivery.objects.filter(created_at__lt=before).order_by("created_at")
    while batch := list(old.values_list("pk", flat=True)[:_BATCH]):
        WebhookDelivery.objects.filter(pk__in=batch).delete()
