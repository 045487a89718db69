"""Denials: who asked for more of a repository than it gives them, for the people who can help."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from index.models.repository import Repository


class Door(models.TextChoices):
    """Where it was denied."""

    TOKEN = "token", _("Log-in for the registry")
    GATEWAY = "gateway", _("Registry request")


class Denial(models.Model):
    """The same one asking for the same in the same way, however often; kept for some days.

    Says nothing of names that do not exist. Of anonymous clients it keeps their network alone.
    """

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="denials")
    subject = models.CharField(max_length=30, blank=True)  # as in a token: `user:3`, "" for nobody
    name = models.CharField(max_length=255)  # what the subject was called then
    network = models.CharField(max_length=50, blank=True)  # /24 or /64, where nobody logged in
    credential = models.CharField(max_length=30, blank=True)  # as in a token: `token:17`
    door = models.CharField(max_length=10, choices=Door)
    asked = models.CharField(max_length=40)  # `pull,push`, in the order of the alphabet
    granted = models.CharField(max_length=40, blank=True)
    reason = models.CharField(
        max_length=20
    )  # the code of a rule in index.rules, or of what is around
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        """One row for all that is alike."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=[
                    "repository", "subject", "network", "credential", "door", "asked", "granted",
                    "reason",
                ],
                name="denial_once",
            ),
        ]  # fmt: skip
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["repository", "-last_at"], name="denial_list"),
            models.Index(fields=["last_at"], name="denial_age"),
        ]

    def __str__(self) -> str:
        """Return who was denied what."""
        return f"{self.name} asked {self.asked} of {self.repository_id} and got {self.granted}"
