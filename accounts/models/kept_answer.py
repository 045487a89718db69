"""What was answered to requests that came with a key, for as long as they may be repeated."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models


class KeptAnswer(models.Model):
    """One key of one person, robot or CI job: what was asked with it, how far that came, the answer.

    accounts.kept_answers says how it gets there. Neither the key is kept nor what was asked, but
    digests of them; what is shown once is not kept at all.
    """

    owner = models.CharField(max_length=40)  # Principal.subject
    digest = models.CharField(max_length=64)  # of the key
    fingerprint = models.CharField(max_length=64)  # of what was asked
    claim = models.CharField(max_length=32)  # whoever does it; another after that one gave up
    began_at = models.DateTimeField()
    has_written = models.BooleanField(default=False)  # committed together with what was written
    status = models.PositiveSmallIntegerField(null=True)  # once it was done
    location = models.TextField(default="")  # where what was made is, if the answer is not kept
    body = models.TextField(null=True)

    class Meta:
        """Each key of an owner once; old ones are found by their time."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["owner", "digest"], name="one_answer_to_each_key"),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["began_at"], name="oldest_kept_answers"),
        ]

    def __str__(self) -> str:
        """Return whose it is and how far it came."""
        return f"{self.owner} {self.status or 'under way'}"
