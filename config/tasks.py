"""The sign of life of the background worker."""

from __future__ import annotations

from celery import shared_task
from django.core.cache import cache

HEARTBEAT_KEY = "worker-heartbeat"
HEARTBEAT_SECONDS = 60


@shared_task
def heartbeat() -> None:
    """Leave a mark that `/readyz` looks for."""
    cache.set(HEARTBEAT_KEY, "beating", HEARTBEAT_SECONDS)
