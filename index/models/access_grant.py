"""Grants: stored permission of a user, a team or a robot on one repository."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import RobotAccount, Team, TeamMembership, User
from accounts.principals import Principal
from accounts.subselects import Subselect, subselect
from index.roles import Role

Ids: TypeAlias = models.QuerySet[Any, Any]


class AccessGrantQuerySet(models.QuerySet["AccessGrant"]):
    """Finds grants."""

    def reaching(self, principal: Principal) -> AccessGrantQuerySet:
        """Return the unexpired grants that the principal has, directly or through a team."""
        return self.filter(pk__in=united([way.values("pk") for way in _ways(principal)]))

    def repositories_reaching(
        self, principal: Principal, *roles: Role, now: datetime | None = None
    ) -> Ids | Subselect:
        """Return the ids of what those are about, for another statement; with roles, of these alone.

        A statement that is prepared (`accounts.prepared`) says what time it is.
        """
        now = now or timezone.now()
        if principal.robot:
            return subselect(_of_robot, roles, robot=principal.robot.pk, now=now)
        if principal.user:
            return subselect(_of_user, roles, user=principal.user.pk, now=now)
        return self.none().values("repository")


def _ways(principal: Principal) -> list[models.QuerySet[AccessGrant]]:
    if principal.robot:
        return [_unexpired(timezone.now()).filter(robot=principal.robot)]
    if principal.user:
        return _ways_of_user(principal.user.pk, timezone.now())
    return [AccessGrant.objects.none()]


def _ways_of_user(user: int, now: datetime) -> list[models.QuerySet[AccessGrant]]:
    """Two ways of a person, each by its index: an OR of both walks through every grant there is."""
    teams = TeamMembership.objects.filter(membership__user=user)
    unexpired = _unexpired(now)
    return [unexpired.filter(user=user), unexpired.filter(team__in=teams.values("team"))]


def _unexpired(now: datetime) -> models.QuerySet[AccessGrant]:
    return AccessGrant.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now))


def _of_robot(roles: tuple[Role, ...], robot: int, now: datetime) -> Ids:
    return _repositories([_unexpired(now).filter(robot=robot)], roles)


def _of_user(roles: tuple[Role, ...], user: int, now: datetime) -> Ids:
    return _repositories(_ways_of_user(user, now), roles)


def _repositories(ways: list[models.QuerySet[AccessGrant]], roles: tuple[Role, ...]) -> Ids:
    if roles:
        ways = [way.filter(role__in=roles) for way in ways]
    return united([way.values("repository") for way in ways])


def united(ways: list[Ids]) -> Ids:
    """Return the ids of one way or more as one list."""
    first, *others = ways
    return first.union(*others) if others else first


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
