"""Command lines that log in by a browser (RFC 8628): the question, and the session that comes of it."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.sessions.models import Session
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils import timezone


class DeviceLogin(models.Model):
    """A command line that waits for a person to approve it; what it polls with is kept as a digest."""

    PREFIX: ClassVar = "wbd"

    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)
    user_code = models.CharField(max_length=10, unique=True)  # what people compare
    machine = models.CharField(max_length=80, blank=True)  # as it says itself, so nothing proves it
    address = models.CharField(max_length=45)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)
    polled_at = models.DateTimeField(null=True)
    refused_at = models.DateTimeField(null=True)
    # Whoever approves it begins this session; nobody has its secret before it is fetched.
    session = models.OneToOneField(
        "usersessions.UserSession", null=True, on_delete=models.CASCADE, related_name="device_login"
    )

    def __str__(self) -> str:
        """Return what people call it."""
        return f"{self.user_code[:5]}-{self.user_code[5:]}"

    @property
    def is_waiting(self) -> bool:
        """Whether somebody may still approve or refuse it."""
        is_answered = self.session_id is not None or self.refused_at is not None
        return not is_answered and self.expires_at > timezone.now()


class CommandLineSessionQuerySet(models.QuerySet["CommandLineSession"]):
    """Sessions of command lines."""

    def with_kept(self) -> CommandLineSessionQuerySet:
        """Add what is kept of the session, `kept`, and its end, `until`; None once that is over."""
        alive = Session.objects.filter(
            session_key=OuterRef("session__session_key"), expire_date__gt=timezone.now()
        )
        return self.annotate(
            kept=Subquery(alive.values("session_data")[:1]),
            until=Subquery(alive.values("expire_date")[:1]),
        )


class CommandLineSession(models.Model):
    """The secret of a session that no browser has: how long it lives is the session's affair."""

    PREFIX: ClassVar = "wbc"

    session = models.OneToOneField(
        "usersessions.UserSession", on_delete=models.CASCADE, related_name="command_line"
    )
    selector = models.CharField(max_length=16, unique=True)
    secret_digest = models.CharField(max_length=64)

    objects: ClassVar[models.Manager[CommandLineSession]] = CommandLineSessionQuerySet.as_manager()

    def __str__(self) -> str:
        """Return the public half."""
        return self.selector

    @property
    def public_part(self) -> str:
        """What lists and logs call it: the secret begins so."""
        return f"{self.PREFIX}_{self.selector}"
