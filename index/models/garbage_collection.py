"""Runs of a registry's own garbage collection."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.registry import Registry


class CollectionState(models.TextChoices):
    """How far a run has come."""

    WAITING = "waiting", _("Waits for the registry's host to begin")
    RUNNING = "running", _("Runs; the registry takes no pushes")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class GarbageCollection(models.Model):
    """One run, from the moment it was due to its report; sizes in bytes of the registry's storage."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="collections")
    state = models.CharField(
        max_length=10, choices=CollectionState, default=CollectionState.WAITING
    )
    due_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    bytes_before = models.PositiveBigIntegerField(null=True)
    bytes_after = models.PositiveBigIntegerField(null=True)
    blobs_deleted = models.PositiveIntegerField(null=True)
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; one unfinished at a time."""

        ordering: ClassVar[list[str]] = ["-due_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["registry"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="one_collection_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Return where and how far."""
        return f"garbage collection of {self.registry} {self.state}"

    @property
    def bytes_freed(self) -> int | None:
        """How much smaller the storage got; pushes of a moment before can make it less than nothing."""
        if self.bytes_before is None or self.bytes_after is None:
            return None
        return max(self.bytes_before - self.bytes_after, 0)
