"""The inbox of what registries tell us."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from index.models.registry import Registry


class NotificationState(models.TextChoices):
    """What became of a body."""

    NEW = "new"
    QUARANTINED = "quarantined"


class Notification(models.Model):
    """One body as it came, bytes: PostgreSQL's JSON refuses NUL and lone surrogates (F11).

    It is gone with the transaction that applies it. The database does not check the registry: that
    would lock its row at every notification.
    """

    registry = models.ForeignKey(
        Registry,
        on_delete=models.CASCADE,
        related_name="notifications",
        db_index=False,
        db_constraint=False,
    )
    body = models.BinaryField()
    received_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(
        max_length=12, choices=NotificationState, default=NotificationState.NEW
    )
    problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Found by state, oldest first."""

        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["state", "id"], name="notification_inbox"),
        ]

    def __str__(self) -> str:
        """Return what became of it."""
        return f"notification {self.pk} {self.state}"


class RegistryEvent(models.Model):
    """An event that was applied; its id makes a second delivery do nothing."""

    registry = models.ForeignKey(
        Registry,
        on_delete=models.CASCADE,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    event_id = models.CharField(max_length=80)
    applied_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once per registry."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["registry", "event_id"], name="event_once"),
        ]

    def __str__(self) -> str:
        """Return the id."""
        return self.event_id
