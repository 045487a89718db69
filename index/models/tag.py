"""Tags."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from accounts.models import RobotAccount
from index.models.manifest import Manifest
from index.models.repository import Repository
from index.models.trusted_publisher import WorkloadLogin
from index.tag_versions import version_key


class VersionKeyField(models.BinaryField):  # type: ignore[type-arg]  # nor is it one when it runs
    """What the name is ordered by as a version; every way to make a row fills it."""

    def pre_save(self, model_instance: Any, add: bool) -> bytes:  # noqa: FBT001 - Django's
        """Return the key of the name."""
        key = version_key(model_instance.name)
        setattr(model_instance, self.attname, key)
        return key


class Tag(models.Model):
    """A human-readable pointer to a manifest."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=128)
    manifest = models.ForeignKey(Manifest, on_delete=models.CASCADE, related_name="tags")
    pushed_at = models.DateTimeField()
    pushed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    pushed_by_robot = models.ForeignKey(
        RobotAccount, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    built_by = models.ForeignKey(
        WorkloadLogin, null=True, on_delete=models.SET_NULL, related_name="tags"
    )

    # What proved who pushed: `token:17`, `secret:4`, `machine:9`; empty where it is not known.
    pushed_with = models.CharField(max_length=40, blank=True, default="", db_default="")
    pull_count = models.PositiveBigIntegerField(default=0, db_default=0)
    last_pulled_at = models.DateTimeField(null=True)
    version_key = VersionKeyField(default=bytes, db_default=b"")

    class Meta:
        """A name once per repository; newest first."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "name"], name="tag_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "pushed_at", "name"], name="tag_by_push"),
            models.Index(fields=["repository", "version_key", "name"], name="tag_by_version"),
        ]
        ordering: ClassVar[list[str]] = ["-pushed_at", "name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name
