"""Who wants to be told of what happens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from index.models.repository import Repository


class Watch(models.Model):
    """A user is mailed what happens in a repository, as far as their preferences say."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "user"], name="one_watch_each"),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.user_id} watches {self.repository_id}"


class MailChoice(models.Model):
    """Whether one person wants mails of one kind; without a row the kind's default holds."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_choices"
    )
    kind = models.CharField(max_length=30)
    is_wanted = models.BooleanField()

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["user", "kind"], name="one_mail_choice_each"),
        ]

    def __str__(self) -> str:
        """Return the choice."""
        return f"{self.user_id} {self.kind} {self.is_wanted}"
