"""Registries: existing software that stores and serves content."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from tokenauth.signing.key_format import KeyFormat


class Stage(models.TextChoices):
    """How far what it keeps has come on the way to release."""

    NONE = "", _("No stage")
    SANDBOX = "sandbox", _("Sandbox")
    INTEGRATION = "integration", _("Integration")
    RELEASE = "release", _("Release")


class Writers(models.TextChoices):
    """Who may write into a registry, whatever role the repository gives."""

    ANYONE = "anyone", _("Everybody with the role")
    BUILDERS = "builders", _("Build servers: CI jobs, and robot accounts marked so")
    PROMOTION = "promotion", _("Promotion alone")


class RegistryState(models.TextChoices):
    """Whether it is used."""

    IN_USE = "in-use", _("In use")
    DRAINING = "draining", _("Draining: gets no new repositories, and what it keeps is moved away")
    RETIRED = "retired", _("Retired: keeps nothing, and is asked nothing")


DAYS = (
    _("Monday"),
    _("Tuesday"),
    _("Wednesday"),
    _("Thursday"),
    _("Friday"),
    _("Saturday"),
    _("Sunday"),
)


class Registry(models.Model):
    """One registry behind the index.

    `service` is the audience of tokens for it: the gateway's, shared by all registries behind the
    gateway, or its own if clients reach it directly. The secret with which it signs in to send
    notifications is kept as a digest; two are valid while one replaces the other (F12).
    """

    name = models.CharField(
        max_length=40, unique=True, validators=[RegexValidator(r"\A[a-z0-9]+(-[a-z0-9]+)*\Z")]
    )
    upstream_url = models.URLField(help_text=_("Where gateway and index reach it, without a path."))
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
    # A promotion into it waits for a second person.
    needs_approval = models.BooleanField(default=False, db_default=False)
    state = models.CharField(
        max_length=10,
        choices=RegistryState,
        default=RegistryState.IN_USE,
        db_default=RegistryState.IN_USE,
    )
    description = models.CharField(max_length=200, blank=True, default="", db_default="")
    # When its last notification came.
    last_heard_at = models.DateTimeField(null=True)
    # While its garbage collection runs: pushes are told to come again.
    writes_held_until = models.DateTimeField(null=True)
    # When its garbage collection is due, weekly in UTC; a None day is never. Monday is 0.
    collects_on_day = models.PositiveSmallIntegerField(null=True)
    collects_at_hour = models.PositiveSmallIntegerField(default=3, db_default=3)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Plural as people say it."""

        verbose_name_plural = "registries"

    def __str__(self) -> str:
        """Return the name."""
        return self.name
