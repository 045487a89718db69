"""Names that repositories had."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from index.models.repository import Repository


class FormerName(models.Model):
    """A name of the past: leads pulls and pages to the repository, and nobody else gets it."""

    name = models.CharField(max_length=200, unique=True)
    repository = models.ForeignKey(
        Repository, on_delete=models.CASCADE, related_name="former_names"
    )
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Newest first."""

        ordering: ClassVar[list[str]] = ["-since", "name"]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Transfer(models.Model):
    """A repository offered to another namespace, until somebody there takes it or the offer ends."""

    repository = models.OneToOneField(Repository, on_delete=models.CASCADE, related_name="transfer")
    namespace = models.ForeignKey(
        "accounts.Namespace", on_delete=models.CASCADE, related_name="transfers"
    )
    new_name = models.CharField(max_length=200)
    offered_by = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="+")
    offered_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Return what goes where."""
        return f"{self.repository} -> {self.new_name}"
