"""Teams: groups inside an organization that grants are given to."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from accounts.models.organization import Membership, Organization


class Team(models.Model):
    """A named group of members."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="teams")
    name = models.CharField(max_length=30)
    description = models.CharField(max_length=200, blank=True)
    # The group whose people are in the team, and nobody else, as of their last log-in.
    external_group = models.CharField(max_length=200, blank=True)

    class Meta:
        """A name once per organization."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["organization", "name"], name="team_name_once"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class TeamMembership(models.Model):
    """A member in a team; hangs on the membership, so leaving the organization ends it (case 22)."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="teams")
    is_maintainer = models.BooleanField(default=False)

    class Meta:
        """Once each."""

        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["team", "membership"], name="one_team_membership_each"),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.membership_id} in {self.team_id}"
