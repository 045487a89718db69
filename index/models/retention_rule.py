"""Retention rules: which tags are deleted by themselves, and when a tag's deletion becomes final."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository


class RetentionRule(models.Model):
    """Tags that match are deleted, but for those that any of the limits keeps. Days, not hours.

    A limit that is None keeps nothing; a rule without any is refused.
    """

    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="retention_rules"
    )
    pattern = models.CharField(max_length=128)  # the grammar of index.tag_patterns
    keep_newest = models.PositiveIntegerField(null=True)
    keep_pushed_days = models.PositiveIntegerField(null=True)
    keep_pulled_days = models.PositiveIntegerField(null=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    last_run_at = models.DateTimeField(null=True)

    class Meta:
        """Once for a pattern."""

        ordering: ClassVar[list[str]] = ["repository", "pattern"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "pattern"], name="retention_rule_once"),
        ]

    def __str__(self) -> str:
        """Return the pattern."""
        return self.pattern


class TagDeletionState(models.TextChoices):
    """How far it has come. Until it is purged the image can still be fetched by digest."""

    UNTAGGING = "untagging", _("Being taken off in the registry")
    TRASHED = "trashed", _("In the trash")
    RESTORING = "restoring", _("Being put back in the registry")
    RESTORED = "restored", _("Restored")
    OVERTAKEN = "overtaken", _("Pushed again meanwhile")
    PURGING = "purging", _("Being deleted in the registry")
    DELETED = "deleted", _("Deleted")
    KEPT = "kept", _("Deleted; the image stays, for something else needs it")


# What still has something to do; the image of each is kept.
UNDOABLE = (TagDeletionState.UNTAGGING, TagDeletionState.TRASHED)
UNFINISHED_TAG_DELETIONS = (*UNDOABLE, TagDeletionState.RESTORING, TagDeletionState.PURGING)


class TagDeletion(models.Model):
    """One tag on its way out, with undo; the outbox row of the task that does it.

    `pushed_at` is the push that is undone: an event of it, or of one before, brings no tag back.
    `document` is the manifest as the registry served it, `row` what was known of the tag.
    """

    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="tag_deletions"
    )
    tag = models.CharField(max_length=128)
    digest = models.CharField(max_length=140)
    media_type = models.CharField(max_length=255, blank=True)
    document = models.BinaryField(default=bytes)
    row: models.JSONField[Any, Any] = models.JSONField(default=dict)
    pushed_at = models.DateTimeField(null=True)
    state = models.CharField(
        max_length=10, choices=TagDeletionState, default=TagDeletionState.UNTAGGING
    )
    requested_by = models.CharField(max_length=80, blank=True)  # a subject; empty: a retention rule
    requested_by_name = models.CharField(max_length=80, blank=True)
    rule = models.ForeignKey(
        RetentionRule, null=True, on_delete=models.SET_NULL, related_name="deletions"
    )
    requested_at = models.DateTimeField(default=timezone.now)
    purge_after = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    freed = models.PositiveBigIntegerField(default=0)  # bytes of blob links that went with it
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar[list[str]] = ["-requested_at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "-requested_at"], name="tag_deletions_of"),
            models.Index(fields=["repository", "tag"], name="tag_deletions_by_tag"),
        ]

    def __str__(self) -> str:
        """Return which tag."""
        return f"deletion of {self.repository_id}:{self.tag}"
