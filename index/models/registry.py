"""Registries: existing software that stores and serves content."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models

from tokenauth.signing.key_format import KeyFormat


class Stage(models.TextChoices):
    """How far what it keeps has come on the way to release."""

    NONE = "", "No stage"
    SANDBOX = "sandbox", "Sandbox"
    INTEGRATION = "integration", "Integration"
    RELEASE = "release", "Release"


class Writers(models.TextChoices):
    """Who may write into a registry, whatever role the repository gives."""

    ANYONE = "anyone", "Everybody with the role"
    BUILDERS = "builders", "Build servers: CI jobs, and robot accounts marked so"
    PROMOTION = "promotion", "Promotion alone"


class Registry(models.Model):
    """One registry behind the index.

    `service` is the audience of tokens for it: the gateway's, shared by all registries behind the
    gateway, or its own if clients reach it directly. The secret with which it signs in to send
    notifications is kept as a digest; two are valid while one replaces the other (F12).
    """

    name = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")]
    )
    upstream_url = models.URLField(help_text="Where gateway and index reach it, without a path.")
    service = models.CharField(max_length=255)
    events_secret_digest = models.CharField(max_length=64)
    previous_events_secret_digest = models.CharField(max_length=64, blank=True)
    key_format = models.CharField(
        max_length=10, choices=KeyFormat, default=KeyFormat.X5C, db_default=KeyFormat.X5C
    )
    stage = models.CharField(max_length=12, choices=Stage, blank=True, default="", db_default="")
    writers = models.CharField(
        max_length=10, choices=Writers, default=Writers.ANYONE, db_default=Writers.ANYONE
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Plural as people say it."""

        verbose_name_plural = "registries"

    def __str__(self) -> str:
        """Return the name."""
        return self.name
