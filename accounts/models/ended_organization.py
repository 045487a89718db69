"""What ended with an organization, kept as long as its deletion can be undone."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models.organization import Organization


class EndedOrganization(models.Model):
    """A deleted organization on its way out: who was in it as what, by numbers of people and robots.

    No secret is in here: those of robots stay in their rows, and are revoked meanwhile.
    """

    organization = models.OneToOneField(
        Organization, on_delete=models.CASCADE, related_name="ending"
    )
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(default=timezone.now)
    undo_until = models.DateTimeField(db_index=True)
    kept: models.JSONField[Any, Any] = models.JSONField(default=dict)

    def __str__(self) -> str:
        """Return which."""
        return f"end of {self.organization_id}"

    @property
    def owners(self) -> list[int]:
        """Return the numbers of the people who were its owners."""
        members: list[dict[str, Any]] = self.kept.get("members", [])
        return [member["user"] for member in members if member["role"] == "owner"]
