"""How far a new organization is: what its owners are led through until the first push of a team."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.models import Invitation, Membership, Organization, Team
from accounts.prepared import prepared
from index.models import AccessGrant, Repository, RepositoryState

STEPS = ("people", "team", "repository", "grant", "push")


@dataclass(frozen=True, slots=True)
class OrganizationSteps:
    """Which steps are done; `repository` is the last one that was made, "" before."""

    people: bool
    team: bool
    repository: str
    grant: bool
    push: bool

    @property
    def next(self) -> str:
        """The first step that is not done; "" at the end."""
        return next((step for step in STEPS if not getattr(self, step)), "")

    @property
    def number(self) -> int:
        """Which step that is, from 1."""
        return STEPS.index(self.next) + 1 if self.next else len(STEPS)

    @property
    def version(self) -> str:
        """Another one for each step that is taken."""
        return "".join(str(int(bool(getattr(self, step)))) for step in STEPS)


def organization_steps(organization: Organization) -> OrganizationSteps:
    """Return it, by one query."""
    [found] = prepared(_steps, organization=organization.pk, now=timezone.now()).rows()
    return OrganizationSteps(
        people=found["second"] is not None or found["invited"],
        team=found["team"],
        repository=found["repository"] or "",
        grant=found["grant"],
        push=found["push"],
    )


def _steps(*, organization: int, now: datetime) -> QuerySet[Any, Any]:
    own: QuerySet[Repository] = Repository.objects.filter(
        namespace__organization=OuterRef("pk"), state=RepositoryState.ACTIVE
    )
    members = Membership.objects.filter(organization=OuterRef("pk")).order_by("pk")
    invitations = Invitation.objects.open(now).filter(organization=OuterRef("pk"))
    given = AccessGrant.objects.filter(
        team__organization=OuterRef("pk"), repository__state=RepositoryState.ACTIVE
    )
    return Organization.objects.filter(pk=organization).values(
        second=Subquery(members.values("pk")[1:2]),
        invited=Exists(invitations),
        team=Exists(Team.objects.filter(organization=OuterRef("pk"))),
        repository=Subquery(own.order_by("-pk").values("name")[:1]),
        grant=Exists(given),
        push=Exists(own.exclude(last_pushed_at=None)),
    )
