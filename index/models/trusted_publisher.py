"""Trusted publishing: CI jobs that push with an ID token of their own instead of a secret."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import RobotAccount


class TrustedPublisher(models.Model):
    """A workload that a repository or a robot trusts: every field that is set must match."""

    repository = models.ForeignKey(
        "index.Repository", null=True, on_delete=models.CASCADE, related_name="publishers"
    )
    robot = models.ForeignKey(
        RobotAccount, null=True, on_delete=models.CASCADE, related_name="publishers"
    )
    issuer = models.URLField(max_length=200)
    source_repository = models.CharField(max_length=200)  # `acme/web` at the issuer
    workflow = models.CharField(max_length=200, blank=True)  # `release.yml`
    ref = models.CharField(max_length=200, blank=True)  # `refs/heads/main`, `refs/tags/*`
    environment = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        """Of exactly one of the two."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(repository__isnull=False, robot__isnull=True)
                | Q(repository__isnull=True, robot__isnull=False),
                name="publisher_has_one_owner",
            ),
        ]

    def __str__(self) -> str:
        """Return where its jobs come from."""
        return f"{self.source_repository} ({self.issuer.removeprefix('https://')})"


class WorkloadLogin(models.Model):
    """One ID token that was exchanged: what built the images that it pushed."""

    publisher = models.ForeignKey(TrustedPublisher, on_delete=models.CASCADE, related_name="logins")
    token_id = models.CharField(max_length=64, unique=True)  # digest of issuer and jti: used once
    source_url = models.CharField(max_length=300)
    revision = models.CharField(max_length=64)
    workflow = models.CharField(max_length=200, blank=True)
    ref = models.CharField(max_length=200, blank=True)
    run_url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return what was built."""
        return f"{self.source_url}@{self.revision}"
