"""Pictures of people and organizations, small enough to live in the database."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models.organization import Organization


class Picture(models.Model):
    """A square WebP, drawn anew from what was uploaded."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="picture"
    )
    organization = models.OneToOneField(
        Organization, null=True, on_delete=models.CASCADE, related_name="picture"
    )
    image = models.BinaryField()
    digest = models.CharField(max_length=64)  # in its address, so that browsers may keep it

    class Meta:
        """Of exactly one of the two."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, organization__isnull=True)
                | Q(user__isnull=True, organization__isnull=False),
                name="picture_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
