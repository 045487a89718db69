"""Abuse: what people report of repositories, and what administrators hide because of it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository

LONGEST_REPORT = 1000


class ReportKind(models.TextChoices):
    """What is wrong with it."""

    MALWARE = "malware", _("Malware: it harms whoever runs it")
    IMPERSONATION = "impersonation", _("It pretends to be somebody else's")
    SECRETS = "secrets", _("It gives away passwords, keys or personal data")
    COPYRIGHT = "copyright", _("It breaks a copyright, a licence or a trademark")
    SPAM = "spam", _("Spam: texts and links that have nothing to do with images")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    """What became of it."""

    OPEN = "open", _("Waits for a decision")
    DISMISSED = "dismissed", _("Dismissed: nothing was changed")
    HIDDEN = "hidden", _("Hidden: only its own people see it")
    ARCHIVED = "archived", _("Archived: it takes no pushes")
    SUSPENDED = "suspended", _("Hidden, and its holder suspended")


class Report(models.Model):
    """One person's word about one repository; `reporter` is None for whoever was not logged in."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="reports")
    # When it was reported; the release before this column names none.
    repository_name = models.CharField(max_length=200, db_default="")
    kind = models.CharField(max_length=16, choices=ReportKind)
    text = models.CharField(max_length=LONGEST_REPORT)
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    email = models.EmailField(blank=True)  # where to answer, of whoever was not logged in
    network = models.CharField(max_length=45, blank=True)  # /24 or /64
    created_at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.OPEN)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)  # why it was decided so

    class Meta:
        """The oldest that waits first; one person has one open report of a repository."""

        ordering: ClassVar[list[str]] = ["created_at", "pk"]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["state", "created_at"], name="reports_by_state"),
        ]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["repository", "reporter"],
                condition=Q(state="open", reporter__isnull=False),
                name="one_open_report_each",
            ),
        ]

    def __str__(self) -> str:
        """Return what is reported."""
        return f"{self.kind} in {self.repository_id}"


class Hiding(models.Model):
    """An administrator has made the repository private, and it stays so until one ends this."""

    repository = models.OneToOneField(Repository, on_delete=models.CASCADE, related_name="hiding")
    hidden_at = models.DateTimeField(default=timezone.now)
    hidden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        """Return which."""
        return f"repository {self.repository_id} is hidden"
