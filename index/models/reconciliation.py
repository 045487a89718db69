"""Reconciliation: what registries keep, compared with what the index believes."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from index.models.registry import Registry


class WalkPhase(models.TextChoices):
    """What a walk is at."""

    CATALOG = "catalog", _("Looks for repositories that are not known here")
    REPOSITORIES = "repositories", _("Compares the tags of those that are")


class Reconciliation(models.Model):
    """One walk through a registry; `last_name` and `last_repository` are where it goes on after a kill."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="reconciliations")
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    phase = models.CharField(max_length=12, choices=WalkPhase, default=WalkPhase.CATALOG)
    last_name = models.CharField(max_length=255, blank=True)
    last_repository = models.BigIntegerField(default=0)
    repositories_seen = models.PositiveIntegerField(default=0)
    tags_seen = models.PositiveBigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    last_problem = models.CharField(max_length=200, blank=True)

    class Meta:
        """Newest first; one unfinished for each registry."""

        ordering: ClassVar[list[str]] = ["-started_at", "-pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["registry"],
                condition=models.Q(finished_at=None),
                name="one_reconciliation_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        """Return which registry, and since when."""
        return f"reconciliation of {self.registry} since {self.started_at:%Y-%m-%d %H:%M}"


class DifferenceKind(models.TextChoices):
    """What can differ. Accepting makes the index say what the registry keeps; never the reverse."""

    UNKNOWN_REPOSITORY = (
        "unknown-repository",
        _("The registry keeps a repository that is not known here"),
    )
    MISSING_REPOSITORY = "missing-repository", _("The registry does not keep this repository")
    UNKNOWN_TAG = "unknown-tag", _("The registry keeps a tag that is not known here")
    MISSING_TAG = "missing-tag", _("The registry does not keep this tag")
    CHANGED_DIGEST = "changed-digest", _("The tag points to another digest in the registry")


class DifferenceState(models.TextChoices):
    """What became of it."""

    OPEN = "open", _("Open")
    ACCEPTING = "accepting", _("Being accepted")
    ACCEPTED = "accepted", _("Accepted")
    IGNORED = "ignored", _("Ignored")
    GONE = "gone", _("No longer there at a later walk")


class Difference(models.Model):
    """One difference, found by a walk and decided by a person or a rule."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="differences")
    kind = models.CharField(max_length=20, choices=DifferenceKind)
    name = models.CharField(max_length=255)  # of the repository, as the registry says it
    tag = models.CharField(max_length=128, blank=True)
    tag_count = models.PositiveIntegerField(null=True)  # of a repository that is not known here
    digest_there = models.CharField(max_length=140, blank=True)
    digest_here = models.CharField(max_length=140, blank=True)
    state = models.CharField(max_length=10, choices=DifferenceState, default=DifferenceState.OPEN)
    first_seen_at = models.DateTimeField(default=timezone.now)
    last_seen_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    problem = models.CharField(max_length=200, blank=True)  # why accepting it failed

    class Meta:
        """Once each, found by state."""

        ordering: ClassVar[list[str]] = ["registry", "name", "tag"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["registry", "kind", "name", "tag"], name="difference_once"
            ),
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["registry", "state", "name", "tag"], name="difference_open"),
        ]

    def __str__(self) -> str:
        """Return what differs."""
        return f"{self.kind} {self.name}:{self.tag}"

    @property
    def kind_words(self) -> str:
        """What differs; `get_kind_display` translates every kind there is each time."""
        return str(DifferenceKind(self.kind).label)

    @property
    def state_words(self) -> str:
        """What becomes of it."""
        return str(DifferenceState(self.state).label)


class AcceptRule(models.Model):
    """Differences of a kind that are accepted by themselves, where the name matches."""

    registry = models.ForeignKey(Registry, on_delete=models.CASCADE, related_name="accept_rules")
    kind = models.CharField(max_length=20, choices=DifferenceKind)
    pattern = models.CharField(max_length=255)  # a name, `namespace/*` or `*`
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Once each."""

        ordering: ClassVar[list[str]] = ["registry", "kind", "pattern"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=["registry", "kind", "pattern"], name="accept_rule_once"
            ),
        ]

    def __str__(self) -> str:
        """Return the rule."""
        return f"{self.registry}: {self.kind} {self.pattern}"
