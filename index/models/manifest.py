"""Manifests and blob links: every digest that a repository was ever seen to hold."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository


class ContentState(models.TextChoices):
    """Whether the documents are kept here: see ManifestContent."""

    UNREAD = "", _("Not read yet")
    KEPT = "kept", _("Kept")
    TOO_LARGE = "too-large", _("Too large to be kept")
    GONE = "gone", _("Gone from the registry")


class Manifest(models.Model):
    """A manifest by digest. `size` is what a pull transfers: config and layers, compressed, bytes.

    Of an image `platform` is like `linux/arm64/v8`; of an image index `children` lists those it is
    made of, `size` is None and `largest` the size of the largest of them. `described_at` is empty
    until the registry was asked.
    """

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="manifests")
    digest = models.CharField(max_length=140)
    media_type = models.CharField(max_length=255)
    size = models.PositiveBigIntegerField(null=True)
    platform = models.CharField(max_length=80, blank=True)
    # Of an artifact: which manifest it is about (a signature, an SBOM), and what it is.
    subject = models.CharField(max_length=140, blank=True, default="", db_default="")
    artifact_type = models.CharField(max_length=255, blank=True, default="", db_default="")
    pushed_at = models.DateTimeField(null=True)  # the last time
    # Every GET of it, by tag or by digest: most clients ask for what a tag is, and then by digest.
    pull_count = models.PositiveBigIntegerField(default=0, db_default=0)
    last_pulled_at = models.DateTimeField(null=True)
    contents = models.CharField(
        max_length=10,
        choices=ContentState,
        default=ContentState.UNREAD,
        blank=True,
        db_default=ContentState.UNREAD,
    )
    largest = models.PositiveBigIntegerField(null=True)
    children: models.JSONField[Any, Any] = models.JSONField(default=list)
    described_at = models.DateTimeField(null=True)
    describe_attempts = models.PositiveSmallIntegerField(default=0)
    describe_after = models.DateTimeField(default=timezone.now)

    class Meta:
        """A digest once per repository; those yet to be described are found by time."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "digest"], name="manifest_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["describe_after"],
                condition=models.Q(described_at=None),
                name="manifest_undescribed",
            ),
            models.Index(
                fields=["describe_after"],
                condition=models.Q(described_at__isnull=False, contents=""),
                name="manifest_unread",
            ),
            models.Index(fields=["repository", "subject"], name="manifest_by_subject"),
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest

    @property
    def is_index(self) -> bool:
        """Whether it is an image index (a manifest list, in docker's older words)."""
        return bool(self.children)


class IndexEntry(models.Model):
    """A manifest that an image index lists. `about` is what an attestation in it is about (BuildKit)."""

    index = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="entries")
    digest = models.CharField(max_length=140, db_index=True)
    about = models.CharField(max_length=140, blank=True)

    class Meta:
        """A digest once per index."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["index", "digest"], name="index_entry_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["about"], name="index_entry_by_about"),
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest


class ManifestContent(models.Model):
    """The documents themselves, as the registry served them: pages need not ask it again.

    Apart from the manifest, so that lists of manifests stay small. `config` is empty where there is
    none, or none that is an image's.
    """

    manifest = models.OneToOneField(
        Manifest, primary_key=True, on_delete=models.CASCADE, related_name="content"
    )
    document = models.BinaryField()
    config = models.BinaryField(default=bytes)

    def __str__(self) -> str:
        """Return whose it is."""
        return f"content of {self.manifest_id}"


class BlobLink(models.Model):
    """A blob reachable in a repository; deleting a manifest leaves it readable by digest (F3).

    `size` in bytes is what the registry said of it at a push, else what a manifest says; None until
    either did.
    """

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="blob_links")
    digest = models.CharField(max_length=140)
    size = models.PositiveBigIntegerField(null=True)
    pushed_at = models.DateTimeField(null=True)  # the last time, if a push told of it

    class Meta:
        """A digest once per repository."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "digest"], name="blob_link_once"),
        ]

    def __str__(self) -> str:
        """Return the digest."""
        return self.digest
