"""Wait for what a registry has told already: it may be what differs, or what is still to be copied."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from index.models import Notification, Registry
from index.models.notification import NotificationState

_BETWEEN_LOOKS = 0.5  # seconds, while the inbox is not empty


def let_settle(registry: Registry, *, pause: Callable[[float], object], most_looks: int) -> None:
    """Return when what lies in the inbox by now is applied, or after so many looks.

    What comes later is not waited for: an inbox may never be empty.
    """
    told = Notification.objects.filter(
        registry=registry, state=NotificationState.NEW, received_at__lte=timezone.now()
    )
    for _ in range(most_looks):
        if not told.exists():
            return
        pause(_BETWEEN_LOOKS)
