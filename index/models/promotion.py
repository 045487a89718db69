"""Promotions: copies of an image from one stage's repository to another's."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository


class PromotionState(models.TextChoices):
    """How far a promotion has come."""

    WAITING = "waiting", _("Waits for a second person")
    REFUSED = "refused", _("Refused")
    COPYING = "copying", _("Copying")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    DROPPED = "dropped", _("Dropped")


UNFINISHED_PROMOTIONS = (PromotionState.WAITING, PromotionState.COPYING)


class Promotion(models.Model):
    """One image on its way, by digest; the record of who let it go where, kept for good.

    Names are kept as they were on that day: repositories are renamed and deleted. The outbox row of
    the task that copies.
    """

    source = models.ForeignKey(
        Repository, null=True, on_delete=models.SET_NULL, related_name="promotions_away"
    )
    source_name = models.CharField(max_length=200)
    source_tag = models.CharField(max_length=128, blank=True)
    digest = models.CharField(max_length=140)
    target = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="promotions_here")
    target_tag = models.CharField(max_length=128)
    state = models.CharField(max_length=10, choices=PromotionState)
    requested_by = models.CharField(max_length=80)  # a principal's subject
    requested_by_name = models.CharField(max_length=80)
    # What proved it: `token:17`, `secret:4`; empty for a password, a browser and a CI job.
    requested_with = models.CharField(max_length=40, blank=True, default="", db_default="")
    # Subjects of the people behind: of a machine those who can make it ask (`index.askers`).
    asked_for_by: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])
    requested_at = models.DateTimeField(auto_now_add=True)
    reason = models.CharField(max_length=200, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    decision_note = models.CharField(max_length=200, blank=True)
    # What is to be there in the end, as far as it is known: blobs, in bytes.
    size = models.PositiveBigIntegerField(null=True)
    manifests_copied = models.PositiveIntegerField(default=0)
    referrers_copied = models.PositiveIntegerField(default=0)
    bytes_copied = models.PositiveBigIntegerField(default=0)
    bytes_mounted = models.PositiveBigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    # Of one that waits for a second person: since when.
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["target", "target_tag", "-id"], name="promotion_of_tag"),
        ]

    def __str__(self) -> str:
        """Return what goes where."""
        return f"{self.source_name}@{self.digest} -> {self.target_id}:{self.target_tag}"
