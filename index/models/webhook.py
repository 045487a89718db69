"""Webhooks, and each delivery of theirs."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace
from index.models.activity import Activity
from index.models.repository import Repository


class Webhook(models.Model):
    """Where activities are sent: those of one repository, or of all in a namespace.

    The secret signs deliveries, so it cannot be a digest: it is kept encrypted with a key that is
    not in the database (`index.webhooks.secrets`).
    """

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="webhooks")
    repository = models.ForeignKey(
        Repository, null=True, on_delete=models.CASCADE, related_name="webhooks"
    )
    name = models.CharField(max_length=60)
    url = models.CharField(max_length=500)
    encrypted_secret = models.BinaryField()
    kinds: models.JSONField[Any, Any] = models.JSONField(
        default=list
    )  # of ActivityKind; empty: all
    # Who answers for it: the last one who saved it. Without their rights nothing is sent (case 36).
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # After a rotation deliveries carry a signature by the former secret as well, until then.
    former_encrypted_secret = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)
    failures_in_a_row = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    busy_until = models.DateTimeField(null=True)  # one delivery at a time; a rest after a failure
    paused_at = models.DateTimeField(null=True)  # deliveries wait meanwhile; nothing is lost
    pause_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        """Listed by name."""

        ordering: ClassVar[list[str]] = ["name", "pk"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class DeliveryState(models.TextChoices):
    """What became of a delivery."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    FAILED = "failed", _("Given up")


class WebhookDelivery(models.Model):
    """One message to one address; its id stays the same when it is tried again (case 36).

    The outbox row of the task that sends it. What the receiver answers is not kept but for its status.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    activity = models.ForeignKey(
        Activity, null=True, on_delete=models.SET_NULL, related_name="deliveries"
    )
    kind = models.CharField(max_length=30)
    body = models.TextField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    created_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)
    milliseconds = models.PositiveIntegerField(null=True)
    last_problem = models.CharField(max_length=200, blank=True)
    headers: models.JSONField[Any, Any] = models.JSONField(default=dict)  # of the last attempt
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Newest first; an activity once to each webhook; what waits is found by time."""

        ordering: ClassVar[list[str]] = ["-created_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["webhook", "activity"],
                condition=Q(activity__isnull=False),
                name="one_delivery_of_each",
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["webhook", "-created_at"], name="deliveries_of_webhook"),
            models.Index(
                fields=["webhook", "next_attempt_at"],
                condition=Q(state="waiting"),
                name="delivery_waiting",
            ),
        ]

    def __str__(self) -> str:
        """Return what became of it."""
        return f"delivery {self.pk} {self.state}"
