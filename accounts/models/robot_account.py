"""Robot accounts: machines of a namespace, and their secrets."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models.namespace import Namespace


class RobotAccountQuerySet(models.QuerySet["RobotAccount"]):
    """Finds robots."""

    def enabled(self) -> RobotAccountQuerySet:
        """Return those that may act: not disabled, and their namespace's holder is there."""
        return self.filter(
            Q(namespace__user__is_active=True)
            | Q(namespace__organization__isnull=False, namespace__organization__deleted_at=None),
            disabled_at=None,
        )


class RobotAccount(models.Model):
    """`namespace+name`; may do what grants give it, on the repositories of its namespace."""

    namespace = models.ForeignKey(Namespace, on_delete=models.CASCADE, related_name="robots")
    name = models.CharField(max_length=30)
    description = models.CharField(max_length=200, blank=True)
    # Who is told when a secret expires; handed over when that person leaves.
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="robots"
    )
    may_create = models.BooleanField(default=False)
    # A build server: it may push where a registry takes nothing from people.
    is_builder = models.BooleanField(default=False, db_default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    disabled_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[RobotAccount]] = RobotAccountQuerySet.as_manager()

    class Meta:
        """A name once per namespace."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["namespace", "name"], name="robot_name_once"),
        ]

    def __str__(self) -> str:
        """Return what is typed at docker login."""
        return self.full_name

    @property
    def full_name(self) -> str:
        """The login: `+` is in no other name, so it never meets a user's."""
        return f"{self.namespace.name}+{self.name}"


class RobotSecretQuerySet(models.QuerySet["RobotSecret"]):
    """Finds secrets."""

    def usable(self, now: datetime | None = None) -> RobotSecretQuerySet:
        """Return those neither revoked nor expired."""
        unexpired = Q(expires_at=None) | Q(expires_at__gt=now or timezone.now())
        return self.filter(unexpired, revoked_at=None)


class RobotSecret(models.Model):
    """One of a robot's secrets; several at once, so that they can be rotated with overlap."""

    PREFIX: ClassVar = "wbs"

    robot = models.ForeignKey(RobotAccount, on_delete=models.CASCADE, related_name="secrets")
    label = models.CharField(max_length=80, blank=True)
    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)
    last_used_address = models.CharField(max_length=45, blank=True)
    revoked_at = models.DateTimeField(null=True)
    warned_at = models.DateTimeField(null=True)  # that it expires soon

    objects: ClassVar[models.Manager[RobotSecret]] = RobotSecretQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector

    @property
    def public_part(self) -> str:
        """What lists, logs and mails call it: the secret begins so."""
        return f"{self.PREFIX}_{self.selector}"

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= timezone.now()
