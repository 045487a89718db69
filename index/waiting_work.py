"""The queues that live in the database: what is due to be done, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.utils.translation import gettext_noop

from index.models import (
    Deletion,
    DeliveryState,
    Notification,
    Promotion,
    PromotionState,
    TagDeletion,
    TagDeletionState,
    Watch,
    WebhookDelivery,
)
from index.models.notification import NotificationState

_BUSY_TAGS = (TagDeletionState.UNTAGGING, TagDeletionState.RESTORING, TagDeletionState.PURGING)


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits: `title` is for people, `slug` for monitors."""

    slug: str
    title: str
    rows: QuerySet[Any]
    due: str  # the field that says since when a row could be worked on

    def look(self) -> tuple[int, datetime | None]:
        """Return how many wait, and since when the oldest."""
        found = self.rows.aggregate(count=Count("pk"), oldest=Min(self.due))
        return found["count"], found["oldest"]


def queues(now: datetime) -> Iterator[Queue]:
    """Yield what is due now, queue by queue."""
    yield Queue(
        "notifications",
        gettext_noop("Notifications of registries"),
        Notification.objects.filter(state=NotificationState.NEW),
        "received_at",
    )
    yield Queue(
        "deletions",
        gettext_noop("Deletions of repositories"),
        Deletion.objects.filter(finished_at=None, purge_after__lte=now, next_attempt_at__lte=now),
        "next_attempt_at",
    )
    yield Queue(
        "tag-deletions",
        gettext_noop("Deletions of tags"),
        TagDeletion.objects.filter(state__in=_BUSY_TAGS, next_attempt_at__lte=now),
        "next_attempt_at",
    )
    yield Queue(
        "promotions",
        gettext_noop("Copies for promotions"),
        Promotion.objects.filter(state=PromotionState.COPYING, next_attempt_at__lte=now),
        "next_attempt_at",
    )
    yield Queue(
        "webhooks",
        gettext_noop("Deliveries of webhooks"),
        WebhookDelivery.objects.filter(
            state=DeliveryState.WAITING, webhook__paused_at=None, next_attempt_at__lte=now
        ),
        "next_attempt_at",
    )
    yield Queue(
        "mails",
        gettext_noop("Mails to watchers"),
        Watch.objects.filter(mail_from__isnull=False, mail_after__lte=now),
        "mail_after",
    )
