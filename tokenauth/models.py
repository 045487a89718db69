"""What is kept of tokens: refresh tokens and secrets of CI jobs. Access tokens are never stored."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from index.models import Registry, WorkloadLogin


class RefreshTokenQuerySet(models.QuerySet["RefreshToken"]):
    """Finds refresh tokens."""

    def usable(self) -> RefreshTokenQuerySet:
        """Return those neither revoked nor past their absolute or idle end."""
        now = timezone.now()
        return self.filter(Q(revoked_at=None), expires_at__gt=now, idle_expires_at__gt=now)


class RefreshToken(models.Model):
    """One `docker login` on one machine: opaque, for one user and one service.

    Not rotated: docker cannot store a new one (deviation D2 of security.md), so it is hashed,
    listed, ends by itself and with the password.
    """

    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="refresh_tokens"
    )
    service = models.CharField(max_length=255)
    client_id = models.CharField(max_length=80, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    address = models.CharField(max_length=45)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    idle_expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[RefreshToken]] = RefreshTokenQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector


class WorkloadSecret(models.Model):
    """What a CI job uses as password for some minutes, in exchange for its ID token."""

    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    login = models.OneToOneField(WorkloadLogin, on_delete=models.CASCADE, related_name="secret")
    service = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector


class Verdict(models.TextChoices):
    """What a registry made of a token that a key had signed."""

    ACCEPTED = "accepted", "accepted"
    REFUSED = "refused", "refused"
    UNREACHABLE = "unreachable", "no answer"
    OPEN = "open", "asks for no token at all"


class KeyProbe(models.Model):
    """The last time that a registry was asked whether it takes a key."""

    kid = models.CharField(max_length=43)
    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="key_probes")
    verdict = models.CharField(max_length=12, choices=Verdict)
    detail = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()

    class Meta:
        """One answer per key and registry."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["kid", "registry"], name="one_probe_per_key_and_registry"
            )
        ]

    def __str__(self) -> str:
        """Return what a report says of it."""
        verdict = str(Verdict(self.verdict).label)
        return f"{self.registry}: {verdict}" + (f", {self.detail}" if self.detail else "")
