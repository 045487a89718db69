"""Pulls and pushes of each repository, day by day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from index.models.repository import Repository


class DailyCount(models.Model):
    """How often on one day (UTC) of one repository; no row is a day without."""

    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="daily_counts"
    )
    day = models.DateField()
    pulls = models.PositiveBigIntegerField(default=0)
    pushes = models.PositiveBigIntegerField(default=0)

    class Meta:
        """One row for a day."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["repository", "day"], name="daily_count_once"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["day"], name="daily_count_by_day"),  # what was pulled lately
        ]

    def __str__(self) -> str:
        """Return the day and its pulls."""
        return f"{self.repository_id} {self.day}: {self.pulls}"
