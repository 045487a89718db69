"""Pulls that were counted while Redis was away."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class PullCount(models.Model):
    """How many in one window of time, for one account or network; `index.pull_counts` fills it."""

    counter = models.CharField(max_length=64)
    ends_at = models.DateTimeField(db_index=True)
    pulls = models.PositiveIntegerField(default=0)

    class Meta:
        """One number each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["counter", "ends_at"], name="pull_count_once"),
        ]

    def __str__(self) -> str:
        """Return the number and its end."""
        return f"{self.pulls} until {self.ends_at:%Y-%m-%d %H:%M}"
