"""What happened in repositories, for people: the feed is read from it, mails and webhooks are made of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Namespace
from index.models.repository import Repository
from index.shown_names import shown_name


class ActivityKind(models.TextChoices):
    """Everything that the feed tells and a webhook can be asked to send."""

    CREATED = "repository.created", _("Repository created")
    CHANGED = "repository.changed", _("Settings changed")
    VISIBILITY = "repository.visibility", _("Visibility changed")
    RENAMED = "repository.renamed", _("Renamed or transferred")
    TRASHED = "repository.trashed", _("Put into the trash")
    RESTORED = "repository.restored", _("Taken out of the trash")
    DELETED = "repository.deleted", _("Deleted for good")
    PUSHED = "tag.pushed", _("Tag pushed")
    TAG_DELETED = "tag.deleted", _("Tag deleted")
    TAG_RESTORED = "tag.restored", _("Tag restored")
    PROMOTED = "tag.promoted", _("Image promoted")
    PROMOTION_ASKED = "promotion.asked", _("Promotion waits for approval")
    MOVED = "repository.moved", _("Moved to another registry")
    SECRET_FOUND = "secret.found", _("Secret found in an image")


class Activity(models.Model):
    """One thing that happened, by whom. Only `index.activity` writes these.

    `told_at` is empty until watchers and webhooks have theirs: the row is its own outbox.
    """

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="activities")
    namespace = models.ForeignKey(Namespace, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=30, choices=ActivityKind)
    at = models.DateTimeField(default=timezone.now)
    actor = models.CharField(
        max_length=80, blank=True
    )  # a principal's subject; empty is nobody known
    actor_name = models.CharField(max_length=80, blank=True)
    tag = models.CharField(max_length=128, blank=True)
    digest = models.CharField(max_length=140, blank=True)
    details = models.JSONField(default=dict)  # plain values, never a secret
    told_at = models.DateTimeField(null=True)

    class Meta:
        """Read newest first, of one repository or one namespace."""

        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "-at", "-id"], name="activity_of_repository"),
            models.Index(fields=["namespace", "-at", "-id"], name="activity_of_namespace"),
            models.Index(
                fields=["repository", "kind", "-at", "-id"], name="activity_of_repository_kind"
            ),
            models.Index(fields=["id"], condition=models.Q(told_at=None), name="activity_untold"),
        ]

    def __str__(self) -> str:
        """Return who did what."""
        return f"{self.actor_name} {self.kind} {self.repository_id}"

    @property
    def shown_actor(self) -> str:
        """Who it was, as far as everybody who sees the repository may know; "" if nobody knows."""
        visibility = self.repository.visibility
        return shown_name(self.actor_name, actor=self.actor, visibility=visibility)
