"""Placement rules: which registry keeps a name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from index.models.registry import Registry


class PlacementRule(models.Model):
    """Pattern → registry. The most specific pattern wins: a name, `namespace/*`, `*`."""

    pattern = models.CharField(max_length=255, unique=True)
    registry = models.ForeignKey(Registry, on_delete=models.PROTECT, related_name="placement_rules")

    class Meta:
        """Listed by pattern."""

        ordering: ClassVar[list[str]] = ["pattern"]

    def __str__(self) -> str:
        """Return the rule."""
        return f"{self.pattern} -> {self.registry}"
