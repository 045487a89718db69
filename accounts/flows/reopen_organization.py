"""Undo the deletion of an organization: bring back what `close_organization` ended."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.errors import NotAllowed
from accounts.flows.kept_seats import group_seats, without_left
from accounts.mails import send_after_commit
from accounts.models import (
    EndedOrganization,
    Membership,
    Organization,
    OrganizationDomain,
    RobotSecret,
    Team,
    TeamMembership,
    User,
)
from accounts.organization_policy import check_not_frozen
from accounts.principals import Principal


def what_ends(organization: Organization) -> dict[str, Any]:
    """Return all that ends with an organization, as plain values."""
    robots = organization.namespace.robots.filter(disabled_at=None)
    secrets = RobotSecret.objects.filter(robot__namespace=organization.namespace, revoked_at=None)
    teams = [_team(one) for one in organization.teams.order_by("pk")]
    return {
        "members": [
            {
                "user": one.user_id,
                "role": one.role,
                "is_managed": one.is_managed,
                "since": one.created_at.isoformat(),
            }
            for one in organization.memberships.order_by("pk")
        ],
        "teams": teams,
        "group_seats": group_seats(teams),
        "robots": list(robots.values_list("pk", flat=True)),
        "secrets": list(secrets.values_list("pk", flat=True)),
        "domains": [
            {"name": one.name, "challenge": one.challenge, "is_verified": bool(one.verified_at)}
            for one in organization.domains.order_by("pk")
        ],
    }


def _team(team: Team) -> dict[str, Any]:
    places = team.memberships.select_related("membership").order_by("pk")
    return {
        "name": team.name,
        "description": team.description,
        "external_group": team.external_group,
        "members": [[one.membership.user_id, one.is_maintainer] for one in places],
    }


def endings_of(principal: Principal) -> QuerySet[EndedOrganization]:
    """Return what the principal may have back: former owners theirs, administrators everything."""
    coming = EndedOrganization.objects.filter(undo_until__gt=timezone.now()).select_related(
        "organization__namespace", "ended_by"
    )
    if principal.limits is not None or principal.user is None:
        return coming.none()
    if principal.is_administrator:
        return coming.order_by("-ended_at")
    mine = [one.pk for one in coming if principal.user.pk in one.owners]
    return coming.filter(pk__in=mine).order_by("-ended_at")


def reopen(ending: EndedOrganization, *, by: Principal) -> dict[str, Team]:
    """Open it again with everyone and everything, but for open invitations; return teams by name.

    People who closed their accounts meanwhile stay out, who left a group gets no seat in its team, and what another organization has proven to be
    its domain stays there. Raises NotAllowed. The caller holds the namespace.
    """
    with transaction.atomic():
        organization = Organization.objects.select_for_update().get(pk=ending.organization_id)
        if not endings_of(by).filter(pk=ending.pk).exists() or organization.deleted_at is None:
            message = f"{organization.name} cannot be had back any more, or not by '{by.name}'."
            raise NotAllowed(message)
        if not by.is_administrator:
            check_not_frozen(organization)
        organization.deleted_at = None
        organization.save(update_fields=["deleted_at"])
        ending.refresh_from_db(fields=["kept"])
        kept = without_left(ending.kept)
        members = _bring_members(organization, kept)
        teams = _bring_teams(organization, kept, members)
        _bring_machines(organization, ending)
        _bring_domains(organization, ending.kept)
        ending.delete()
        record(
            AuditAction.ORGANIZATION_REOPENED,
            by=by,
            namespace=organization.namespace,
            target=organization.name,
            left_groups_meanwhile=left_meanwhile(ending),
        )
        send_after_commit(
            "organization_reopened",
            to=[one.user for one in members.values()],
            organization=organization.name,
            by=by.name,
        )
    return teams


def left_meanwhile(ending: EndedOrganization) -> list[str]:
    """Return who gets no seat back in a team that a group fills, for they left the group."""
    people = User.objects.filter(pk__in={number for number, _ in ending.kept.get("left", [])})
    return list(people.order_by("username").values_list("username", flat=True))


def forget_ended_organizations() -> int:
    """Delete what can be undone no longer; return how many it was."""
    late = EndedOrganization.objects.filter(undo_until__lte=timezone.now())
    return late.delete()[0]


def _bring_members(organization: Organization, kept: dict[str, Any]) -> dict[int, Membership]:
    numbers = [member["user"] for member in kept["members"]]
    people = User.objects.filter(pk__in=numbers, closed_at=None).in_bulk()
    return {
        member["user"]: Membership.objects.create(
            organization=organization,
            user=people[member["user"]],
            role=member["role"],
            is_managed=member["is_managed"],
            created_at=datetime.fromisoformat(member["since"]),
        )
        for member in kept["members"]
        if member["user"] in people
    }


def _bring_teams(
    organization: Organization, kept: dict[str, Any], members: dict[int, Membership]
) -> dict[str, Team]:
    teams = {}
    for row in kept["teams"]:
        team = teams[row["name"]] = Team.objects.create(
            organization=organization,
            name=row["name"],
            description=row["description"],
            external_group=row["external_group"],
        )
        TeamMembership.objects.bulk_create(
            TeamMembership(team=team, membership=members[number], is_maintainer=is_maintainer)
            for number, is_maintainer in row["members"]
            if number in members
        )
    return teams


def _bring_machines(organization: Organization, ending: EndedOrganization) -> None:
    """Enable robots, and make their secrets hold again that nobody revoked for another reason."""
    robots = organization.namespace.robots.filter(pk__in=ending.kept["robots"])
    robots.update(disabled_at=None)
    secrets = RobotSecret.objects.filter(pk__in=ending.kept["secrets"], robot__in=robots)
    secrets.filter(revoked_at=ending.ended_at).update(revoked_at=None)


def _bring_domains(organization: Organization, kept: dict[str, Any]) -> None:
    now = timezone.now()
    for row in kept["domains"]:
        taken = OrganizationDomain.objects.filter(name=row["name"], verified_at__isnull=False)
        is_verified = row["is_verified"] and not taken.exists()
        OrganizationDomain.objects.create(
            organization=organization,
            name=row["name"],
            challenge=row["challenge"],
            verified_at=now if is_verified else None,
        )
