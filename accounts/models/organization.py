"""Organizations and who belongs to them."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.words import lazy_title


class OrganizationRole(models.TextChoices):
    """What a membership makes of a person."""

    OWNER = "owner", lazy_title("owner")
    MEMBER = "member", lazy_title("member")


class Organization(models.Model):
    """A group of people that holds a namespace."""

    name = models.CharField(max_length=30, unique=True)
    display_name = models.CharField(max_length=80, blank=True)
    description = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=80, blank=True)
    link = models.URLField(max_length=200, blank=True)
    requires_second_factor = models.BooleanField(default=False)
    members_may_create = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True)  # the row keeps the name reserved
    members: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="Membership", related_name="organizations"
    )

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Membership(models.Model):
    """One person in one organization."""

    organization = models.ForeignKey(
        Organization, on_delete=models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships"
    )
    role = models.CharField(
        max_length=10, choices=OrganizationRole, default=OrganizationRole.MEMBER
    )
    # Came with a group of the directory or the identity provider, and goes with the last of them.
    is_managed = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        """One membership per person and organization."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization", "user"], name="one_membership_each"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["organization"], condition=models.Q(role="owner"), name="owners_of_each"
            ),
        ]

    def __str__(self) -> str:
        """Return who is what where."""
        return f"{self.user_id} {self.role} of {self.organization_id}"
