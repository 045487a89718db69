"""Who wants to be told of what happens."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from index.models.repository import Repository


class Watch(models.Model):
    """A user is mailed what happens in a repository, as far as their preferences say."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="watches")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    # The first activity that no mail told of yet, and when the next mail may go: at most one an hour.
    mail_from = models.BigIntegerField(null=True)
    mail_after = models.DateTimeField(default=timezone.now)

    class Meta:
        """Once each; what is due is found by time."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "user"], name="one_watch_each"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(
                fields=["mail_after"],
                condition=models.Q(mail_from__isnull=False),
                name="watch_waiting_for_mail",
            ),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.user_id} watches {self.repository_id}"
