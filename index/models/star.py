"""Stars."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from index.models.repository import Repository


class Star(models.Model):
    """A user likes a repository."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="stars")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="stars"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "user"], name="one_star_each"),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.user_id} likes {self.repository_id}"
