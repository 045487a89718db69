"""Trusted publishing: CI jobs that push with an ID token of their own instead of a secret."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q

from accounts.models import RobotAccount


class TrustedPublisherQuerySet(models.QuerySet["TrustedPublisher"]):
    """Finds publishers."""

    def heeded(self) -> TrustedPublisherQuerySet:
        """Return those whose word counts: their robot may act, their repository's holder is there."""
        held = Q(repository__namespace__user=None) | Q(repository__namespace__user__is_active=True)
        robots = RobotAccount.objects.enabled()
        return self.filter(Q(held, repository__isnull=False) | Q(robot__in=robots))


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
    # The forge's numbers of who owns the source and of the source, from the first use on: whoever
    # registers a name anew when that account or project is gone, or renamed, has other numbers.
    source_owner_id = models.CharField(max_length=40, blank=True)
    source_id = models.CharField(max_length=40, blank=True, default="", db_default="")

    objects: ClassVar[models.Manager[TrustedPublisher]] = TrustedPublisherQuerySet.as_manager()

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
    """One ID token that was exchanged: what built the images that it pushed.

    Stays when the publisher is removed, for its images are still what they were built from.
    """

    publisher = models.ForeignKey(
        TrustedPublisher, null=True, on_delete=models.SET_NULL, related_name="logins"
    )
    token_id = models.CharField(
        max_length=64, unique=True
    )  # digest of issuer and id of the token: used once
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

    @property
    def short_source(self) -> str:
        """What people read: `github.com/acme/web`."""
        return self.source_url.partition("://")[2]

    @property
    def source_link(self) -> str:
        """The address of the source, empty if it is none to send people to."""
        return self.source_url if urlsplit(self.source_url).scheme == "https" else ""

    @property
    def run_link(self) -> str:
        """The address of the run, empty if it is not below that of the source."""
        if not self.source_link:
            return ""
        return self.run_url if self.run_url.startswith(f"{self.source_link}/") else ""
