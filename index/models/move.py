"""Moves of repositories from one registry to another."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.registry import Registry
from index.models.repository import Repository

# Until no gateway remembers the old route, and no push that it let in can be on its way.
SHORTEST_KEEPING = timedelta(minutes=20)


class MoveState(models.TextChoices):
    """How far a move has come; each step can be taken again from its beginning."""

    COPYING = "copying", _("Copying while pushes go on")
    CLOSING = "closing", _("Copying the last of it; pushes are told to come again")
    FLIPPED = "flipped", _("Served by the new registry; the old copy is kept")
    CLEANING = "cleaning", _("Deleting the copy that is not used")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


COPYING_MOVES = (MoveState.COPYING, MoveState.CLOSING)
UNFINISHED_MOVES = (*COPYING_MOVES, MoveState.FLIPPED, MoveState.CLEANING)


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
    # What came there was put there by us: before, nothing of that name was.
    is_target_ours = models.BooleanField(default=False, db_default=False)
    # Digest by tag, and every manifest, as the old registry had them when the route was flipped.
    tags_then: models.JSONField[Any, Any] = models.JSONField(default=dict, db_default={})
    manifests_then: models.JSONField[Any, Any] = models.JSONField(default=list, db_default=[])
    flipped_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; of each repository one that has not flipped yet."""

        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["repository"],
                condition=Q(state__in=[state.value for state in COPYING_MOVES]),
                name="one_move_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Return what goes where."""
        return f"{self.repository_id}: {self.source} -> {self.target}"

    @property
    def unused(self) -> Registry:
        """Where the copy is that nobody asks for: the old one; of a cancelled move the new one."""
        return self.source if self.flipped_at else self.target

    @property
    def keep_until(self) -> datetime | None:
        """When the old copy is deleted; None before the flip."""
        if self.flipped_at is None:
            return None
        return self.flipped_at + max(timedelta(days=self.keep_days), SHORTEST_KEEPING)
