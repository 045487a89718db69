"""Who comes from the company's directory, and whether the directory still has them."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone


class DirectoryAccountQuerySet(models.QuerySet["DirectoryAccount"]):
    """Finds people of the directory."""

    def checked_before(self, moment: object) -> DirectoryAccountQuerySet:
        """Return whom the directory was not asked about since then, the longest wait first."""
        return self.filter(checked_at__lt=moment).order_by("checked_at")


class DirectoryAccount(models.Model):
    """The entry of the directory that a person is: its password is kept there and nowhere here."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="directory_account"
    )
    # Who it is: never reused by the directory, unlike a name (`entryUUID`, `objectGUID`).
    key = models.CharField(max_length=100, unique=True)
    login = models.CharField(max_length=100)  # what the entry was found by at last
    checked_at = models.DateTimeField(default=timezone.now)
    gone_at = models.DateTimeField(null=True)  # since then the account is disabled for that reason

    objects: ClassVar[models.Manager[DirectoryAccount]] = DirectoryAccountQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the name in the directory."""
        return self.login
