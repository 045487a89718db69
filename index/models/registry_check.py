"""The health of registries, check by check."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from index.models.registry import Registry


class RegistryCheck(models.Model):
    """One look at a registry: `findings` is a list of `{"check", "verdict", "words"}`.

    Kept for `index.probes` to prune; `milliseconds` is how long `GET /v2/` took.
    """

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="checks")
    at = models.DateTimeField(default=timezone.now)
    is_healthy = models.BooleanField()
    milliseconds = models.PositiveIntegerField(null=True)
    findings: models.JSONField[Any, Any] = models.JSONField(default=list)

    class Meta:
        """Newest first, of one registry."""

        ordering: ClassVar[list[str]] = ["-at", "-pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["registry", "-at"], name="checks_of_registry"),
        ]

    def __str__(self) -> str:
        """Return the verdict."""
        return f"{self.registry_id} {'healthy' if self.is_healthy else 'in trouble'} at {self.at}"
