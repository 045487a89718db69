"""Moves of repositories from one registry to another."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from index.models.registry import Registry
from index.models.repository import Repository


class MoveState(models.TextChoices):
    """How far a move has come; each step can be taken again from its beginning."""

    COPYING = "copying", "Copying while pushes go on"
    CLOSING = "closing", "Copying the last of it; pushes are told to come again"
    FLIPPED = "flipped", "Served by the new registry; the old copy is kept"
    CLEANING = "cleaning", "Deleting the old copy"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED_MOVES = (MoveState.COPYING, MoveState.CLOSING, MoveState.FLIPPED, MoveState.CLEANING)


class Move(models.Model):
    """One move, and the outbox row of the task that makes it; sizes in bytes."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="moves")
    source = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="moves_away")
    target = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="moves_here")
    state = models.CharField(max_length=10, choices=MoveState, default=MoveState.COPYING)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    requested_at = models.DateTimeField(auto_now_add=True)
    keep_days = models.PositiveSmallIntegerField(default=7)  # the old copy, after the flip
    tags_copied = models.PositiveIntegerField(default=0)
    manifests_copied = models.PositiveIntegerField(default=0)
    bytes_copied = models.PositiveBigIntegerField(default=0)
    flipped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; one unfinished for each repository."""

        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["repository"],
                condition=Q(state__in=[state.value for state in UNFINISHED_MOVES]),
                name="one_move_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Return what goes where."""
        return f"{self.repository_id}: {self.source} -> {self.target}"
