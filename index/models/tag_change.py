"""The history of tags: which digest when."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository


class TagChangeKind(models.TextChoices):
    """What became of the tag."""

    PUSHED = "pushed", _("Pushed")
    DELETED = "deleted", _("Deleted")
    RESTORED = "restored", _("Restored")
    PROMOTED = "promoted", _("Promoted")
    FOUND = "found", _("Found in the registry")


class TagChange(models.Model):
    """From then on the tag pointed to this digest; `digest` is empty where it was taken off.

    `tag` is empty where a digest was deleted in the registry: a push from before, told of later,
    brings it not back.
    """

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tag_changes")
    tag = models.CharField(max_length=128, blank=True)
    digest = models.CharField(max_length=140, blank=True)
    kind = models.CharField(max_length=10, choices=TagChangeKind)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80, blank=True)  # a principal's subject
    actor_name = models.CharField(max_length=80, blank=True)
    credential = models.CharField(max_length=40, blank=True)  # `token:17`

    class Meta:
        """Newest first, of one tag."""

        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "tag", "-at", "-id"], name="tag_history"),
        ]

    def __str__(self) -> str:
        """Return what the tag became."""
        return f"{self.tag} {self.kind} {self.digest}"
