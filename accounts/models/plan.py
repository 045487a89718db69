"""Plans: how much a namespace may hold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class PlanDefault(models.TextChoices):
    """For whom a plan holds that was given none."""

    USERS = "users", _("users without a plan of their own")
    ORGANIZATIONS = "organizations", _("organizations without a plan of their own")


class Plan(models.Model):
    """Limits that administrators set; an empty one is no limit."""

    name = models.CharField(max_length=30, unique=True)
    private_repositories = models.PositiveIntegerField(null=True, blank=True)
    members = models.PositiveIntegerField(null=True, blank=True)
    storage_bytes = models.PositiveBigIntegerField(null=True, blank=True)
    default_for = models.CharField(
        max_length=15, choices=PlanDefault, null=True, blank=True, unique=True
    )

    class Meta:
        """In the order people read them."""

        ordering: ClassVar[list[Any]] = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
