"""Domains that an organization has proven to be its own, by a TXT record."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models.organization import Organization


class OrganizationDomain(models.Model):
    """A claimed domain; a badge once it is verified."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="domains")
    name = models.CharField(max_length=253)
    challenge = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    verified_at = models.DateTimeField(null=True)
    checked_at = models.DateTimeField(null=True)
    # How often in a row name servers said that the record is not there, once it was.
    missed_checks = models.PositiveSmallIntegerField(default=0)

    class Meta:
        """Claimed once by each, proven by one."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization", "name"], name="domain_claimed_once"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(verified_at__isnull=False), name="domain_has_one_owner"
            ),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
