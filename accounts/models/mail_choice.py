"""Which mails a person wants."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models


class MailChoice(models.Model):
    """Whether one person wants mails of one kind; without a row the kind's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices"
    )
    kind = models.CharField(max_length=30)  # accounts.mail_kinds.MailKind
    is_wanted = models.BooleanField()

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_mail_choice_of_each"),
        ]

    def __str__(self) -> str:
        """Return the choice."""
        return f"{self.user_id} {self.kind} {self.is_wanted}"
