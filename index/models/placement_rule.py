"""Placement rules: which registry or pool keeps a name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Visibility
from index.models.registry import Registry
from index.models.registry_pool import RegistryPool
from index.models.repository import SizeClass


class PlacementRule(models.Model):
    """Pattern → registry or pool. `index.placement` says which rule wins.

    An empty visibility or size class matches every one.
    """

    pattern = models.CharField(max_length=255)
    visibility = models.CharField(
        max_length=10, choices=Visibility, blank=True, default="", db_default=""
    )
    size_class = models.CharField(
        max_length=10, choices=SizeClass, blank=True, default="", db_default=""
    )
    registry = models.ForeignKey(
        Registry, null=True, blank=True, on_delete=models.PROTECT, related_name="placement_rules"
    )
    pool = models.ForeignKey(
        RegistryPool,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="placement_rules",
    )

    class Meta:
        """Listed by pattern; one rule for the same things, to one place."""

        ordering: ClassVar[list[str]] = ["pattern", "visibility", "size_class"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["pattern", "visibility", "size_class"], name="placement_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(registry__isnull=False, pool__isnull=True)
                | Q(registry__isnull=True, pool__isnull=False),
                name="placement_rule_has_one_place",
            ),
        ]

    def __str__(self) -> str:
        """Return the rule: `acme/*, public -> east`."""
        about = ", ".join(filter(None, (self.pattern, self.visibility, self.size_class)))
        return f"{about} -> {self.registry or self.pool}"
