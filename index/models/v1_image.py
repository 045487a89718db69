"""The v1 index protocol's images and one-time tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from index.models.repository import Repository


class V1Image(models.Model):
    """An image id that a v1 client said a repository holds, with its checksum once known."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="v1_images")
    image_id = models.CharField(max_length=64)
    checksum = models.CharField(max_length=255, blank=True)

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "image_id"], name="v1_image_once"),
        ]

    def __str__(self) -> str:
        """Return the image id."""
        return self.image_id


class V1Token(models.Model):
    """What `X-Docker-Token` carries, as a digest; used up when a registry validates it."""

    digest = models.CharField(max_length=64, unique=True)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="v1_tokens")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    access = models.CharField(max_length=10)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return what it opens."""
        return f"{self.access} on {self.repository_id}"
