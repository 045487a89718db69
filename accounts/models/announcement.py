"""What administrators tell everybody on every page: a banner, for some time."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

LONGEST_ANNOUNCEMENT = 300


class AnnouncementLevel(models.TextChoices):
    """How much it matters; each has an icon and a word, not a colour alone."""

    INFO = "info", _("News")
    WARNING = "warning", _("Warning")
    URGENT = "urgent", _("Urgent")


class AnnouncementAudience(models.TextChoices):
    """Who sees it."""

    EVERYBODY = "everybody", _("Everybody, logged in or not")
    ADMINISTRATORS = "administrators", _("Administrators of this site alone")


class Announcement(models.Model):
    """A banner: plain text, shown from `begins_at` to `ends_at`, for good without an end."""

    text = models.CharField(max_length=LONGEST_ANNOUNCEMENT)
    level = models.CharField(
        max_length=10, choices=AnnouncementLevel, default=AnnouncementLevel.INFO
    )
    audience = models.CharField(
        max_length=16, choices=AnnouncementAudience, default=AnnouncementAudience.EVERYBODY
    )
    begins_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField(null=True)
    is_dismissible = models.BooleanField(default=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """The newest first; none ends before it begins."""

        ordering: ClassVar[list[str]] = ["-begins_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gte=F("begins_at")),
                name="announcement_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        """Return the text."""
        return self.text

    @property
    def state(self) -> str:
        """`shown`, `coming` or `over`."""
        now = timezone.now()
        if self.ends_at and self.ends_at <= now:
            return "over"
        return "coming" if self.begins_at > now else "shown"
