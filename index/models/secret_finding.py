"""Secrets that were found in images."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.manifest import Manifest
from index.models.repository import Repository
from index.secret_check.formats import words_of


class Dismissal(models.TextChoices):
    """Why a finding needs nobody any more."""

    NO_SECRET = "no-secret", _("It is no secret")
    HARMLESS = "harmless", _("It opens nothing that matters: a test or default value")
    REPLACED = "replaced", _("It was replaced where it was valid, and opens nothing any more")


class SecretFinding(models.Model):
    """Something that looks like a credential, and where. The credential itself is never kept.

    `fingerprint` is a keyed digest of it: the same one in two images is one secret.
    """

    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="secret_findings"
    )
    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="secret_findings")
    kind = models.CharField(max_length=60)  # `aws-access-key`
    place = models.CharField(
        max_length=200
    )  # `environment variable DB_PASSWORD`, `history, step 7`
    excerpt = models.CharField(max_length=80)  # `AKIA…`: what its owner needs to recognise it
    fingerprint = models.CharField(max_length=64)
    found_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True)  # when the admins were mailed
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    dismissal = models.CharField(max_length=10, choices=Dismissal, blank=True)

    class Meta:
        """Once for each place."""

        ordering: ClassVar[list[str]] = ["-found_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["manifest", "fingerprint", "place"], name="secret_finding_once"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "fingerprint"], name="secret_findings_of"),
            models.Index(
                fields=["repository"],
                condition=models.Q(dismissed_at=None),
                name="secret_findings_open",
            ),
        ]

    def __str__(self) -> str:
        """Return what and where."""
        return f"{self.kind} in {self.place}"

    @property
    def kind_words(self) -> str:
        """What people call this kind."""
        return words_of(self.kind)
