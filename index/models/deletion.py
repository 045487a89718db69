"""Deletions: the intent, kept until a registry has proven that the content is gone."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from index.models.repository import Repository


class Deletion(models.Model):
    """One repository on its way out; the outbox row of the task that does it."""

    repository = models.OneToOneField(Repository, on_delete=models.CASCADE, related_name="deletion")
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    # Until then the repository lies in the trash and can be taken out again.
    purge_after = models.DateTimeField(default=timezone.now)
    warned_at = models.DateTimeField(null=True)  # that the trash is emptied soon
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Oldest first."""

        ordering: ClassVar[list[str]] = ["requested_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["finished_at", "requested_at"],
                condition=models.Q(finished_at=None),
                name="deletion_unfinished",
            ),
        ]

    def __str__(self) -> str:
        """Return what is being deleted."""
        return f"deletion of {self.repository_id}"
