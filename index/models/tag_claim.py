"""Claims of immutable tags that are being pushed for the first time."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from index.models.repository import Repository


class TagClaim(models.Model):
    """Whose manifest was sent on to the registry a moment ago: a second one would overwrite it."""

    HOLDS: ClassVar = timedelta(minutes=1)

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tag_claims")
    tag = models.CharField(max_length=128)
    claimed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One at a time."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "tag"], name="tag_claimed_once"),
        ]

    def __str__(self) -> str:
        """Return the tag."""
        return self.tag
