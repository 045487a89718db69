"""Requests for access: someone asks, an administrator of the repository answers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from index.models.repository import Repository
from index.roles import Role


class AccessRequest(models.Model):
    """One question; answered once."""

    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="access_requests"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="access_requests"
    )
    role = models.CharField(max_length=10, choices=Role)
    message = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    announced_at = models.DateTimeField(null=True)  # to those who can answer
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    is_granted = models.BooleanField(default=False)

    class Meta:
        """One open question per person and repository."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["repository", "user"],
                condition=Q(decided_at__isnull=True),
                name="one_open_access_request",
            ),
        ]

    def __str__(self) -> str:
        """Return who asks for what."""
        return f"{self.user_id} asks to be {self.role} on {self.repository_id}"
