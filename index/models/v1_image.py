"""The v1 index protocol's images and one-time tokens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from index.models.repository import Repository


class V1ImageQuerySet(models.QuerySet["V1Image"]):
    """Keeps what clients say of images."""

    def record(self, repository: Repository, checksums: dict[str, str]) -> None:
        """Note images by id; a checksum replaces the one before, none replaces nothing."""
        rows = [
            V1Image(repository=repository, image_id=image_id, checksum=checksum)
            for image_id, checksum in checksums.items()
        ]
        self.bulk_create([row for row in rows if not row.checksum], ignore_conflicts=True)
        self.bulk_create(
            [row for row in rows if row.checksum],
            update_conflicts=True,
            unique_fields=["repository", "image_id"],
            update_fields=["checksum"],
        )


class V1Image(models.Model):
    """An image id that a v1 client said a repository holds, with its checksum once known."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="v1_images")
    image_id = models.CharField(max_length=64)
    checksum = models.CharField(max_length=255, blank=True)

    objects: ClassVar[models.Manager[V1Image]] = V1ImageQuerySet.as_manager()

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "image_id"], name="v1_image_once"),
        ]

    def __str__(self) -> str:
        """Return the image id."""
        return self.image_id


class V1TokenQuerySet(models.QuerySet["V1Token"]):
    """Finds tokens."""

    def usable(self) -> V1TokenQuerySet:
        """Return those that have not expired; used ones are gone."""
        return self.filter(expires_at__gt=timezone.now())


class V1Token(models.Model):
    """What `X-Docker-Token` carries, as a digest; used up when a registry validates it."""

    digest = models.CharField(max_length=64, unique=True)
    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="v1_tokens")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    # Who it was made for and what proved it, as access tokens say it: asked again at each use.
    subject = models.CharField(max_length=40, db_default="")
    credential = models.CharField(max_length=40, db_default="")
    access = models.CharField(max_length=10)
    expires_at = models.DateTimeField()

    objects: ClassVar[models.Manager[V1Token]] = V1TokenQuerySet.as_manager()

    def __str__(self) -> str:
        """Return what it opens."""
        return f"{self.access} on {self.repository_id}"
