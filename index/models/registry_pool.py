"""Pools: several registries that share new repositories."""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models

from index.models.registry import Registry


class RegistryPool(models.Model):
    """A named set of registries; `index.placement` shares new names among its members."""

    name = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")]
    )
    members = models.ManyToManyField(Registry, related_name="pools")

    class Meta:
        """Listed by name."""

        ordering: ClassVar[list[str]] = ["name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
