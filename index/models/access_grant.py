"""Grants: stored permission of a user, a team or a robot on one repository."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import RobotAccount, Team, TeamMembership, User
from accounts.principals import Principal
from index.roles import Role


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    """Finds grants."""

    def reaching(self, principal: Principal) -> AccessGrantQuerySet:
        """Return the unexpired grants that the principal has, directly or through a team."""
        if principal.robot:
            found = self.filter(robot=principal.robot)
        elif principal.user:
            # Two ways, each by its index: an OR of both walks through every grant there is.
            teams = TeamMembership.objects.filter(membership__user=principal.user)
            direct = AccessGrant.objects.filter(user=principal.user)
            through_teams = AccessGrant.objects.filter(team__in=teams.values("team"))
            found = self.filter(pk__in=direct.values("pk").union(through_teams.values("pk")))
        else:
            return self.none()
        return found.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))


class AccessGrant(models.Model):
    """A role for exactly one grantee, optionally until a date."""

    repository = models.ForeignKey(
        "index.Repository", on_delete=models.CASCADE, related_name="grants"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="grants"
    )
    team = models.ForeignKey(Team, null=True, on_delete=models.CASCADE, related_name="grants")
    robot = models.ForeignKey(
        RobotAccount, null=True, on_delete=models.CASCADE, related_name="grants"
    )
    role = models.CharField(max_length=10, choices=Role)
    granted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    expires_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    warned_at = models.DateTimeField(null=True)  # that it ends soon

    objects: ClassVar[models.Manager[AccessGrant]] = AccessGrantQuerySet.as_manager()

    class Meta:
        """One grantee, and one grant for each."""

        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, team__isnull=True, robot__isnull=True)
                | Q(user__isnull=True, team__isnull=False, robot__isnull=True)
                | Q(user__isnull=True, team__isnull=True, robot__isnull=False),
                name="grant_has_one_grantee",
            ),
            models.UniqueConstraint(fields=["repository", "user"], name="one_grant_per_user"),
            models.UniqueConstraint(fields=["repository", "team"], name="one_grant_per_team"),
            models.UniqueConstraint(fields=["repository", "robot"], name="one_grant_per_robot"),
        ]

    def __str__(self) -> str:
        """Return who got what."""
        return f"{self.role} on {self.repository_id}"

    @property
    def grantee(self) -> User | Team | RobotAccount:
        """Whoever of the three has it."""
        found = self.user or self.team or self.robot
        assert found is not None  # noqa: S101 - the check constraint says so
        return found
