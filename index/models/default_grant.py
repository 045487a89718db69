"""Default permissions: what a new repository of a namespace starts with."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from accounts.models import Namespace, RobotAccount, Team
from index.roles import Role


class DefaultGrant(models.Model):
    """A role that a team or a robot gets on every repository created from now on."""

    namespace = models.ForeignKey(
        Namespace, on_delete=models.CASCADE, related_name="default_grants"
    )
    team = models.ForeignKey(
        Team, null=True, on_delete=models.CASCADE, related_name="default_grants"
    )
    robot = models.ForeignKey(
        RobotAccount, null=True, on_delete=models.CASCADE, related_name="default_grants"
    )
    role = models.CharField(max_length=10, choices=Role)

    class Meta:
        """One grantee, and one default for each."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(team__isnull=False, robot__isnull=True)
                | Q(team__isnull=True, robot__isnull=False),
                name="default_grant_has_one_grantee",
            ),
            models.UniqueConstraint(fields=["namespace", "team"], name="one_default_per_team"),
            models.UniqueConstraint(fields=["namespace", "robot"], name="one_default_per_robot"),
        ]

    def __str__(self) -> str:
        """Return who gets what."""
        return f"{self.role} on new repositories of {self.namespace_id}"

    @property
    def grantee(self) -> Team | RobotAccount:
        """Whichever of the two gets it."""
        found = self.team or self.robot
        assert found is not None  # noqa: S101 - the check constraint says so
        return found
