"""Registries: existing software that stores and serves content."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models


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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Plural as people say it."""

        verbose_name_plural = "registries"

    def __str__(self) -> str:
        """Return the name."""
        return self.name
