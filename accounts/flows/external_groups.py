"""Groups of the directory or the identity provider become teams: replaced, never only added."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from accounts.audit import AuditAction, record
from accounts.flows.memberships import end_membership
from accounts.models import (
    Membership,
    Organization,
    OrganizationRole,
    Team,
    TeamMembership,
    User,
)
from accounts.principals import Principal


def replace_groups(user: User, groups: Collection[str], *, source: str) -> None:
    """Put the user into every team whose `external_group` is among the groups, and out of all others.

    Called at each log-in that brings groups; `source` is what said so, for the audit: `directory`
    or `single sign-on`. A group's name is compared as it is, letter by letter. Only teams with an
    external group are touched, so whoever lets people edit such a team's members must refuse.

    Someone who was no member of the organization becomes one (`is_managed`), and stops being one
    with the last such team. Memberships made by hand stay, and so does the last owner.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)  # two log-ins at once take turns
        by = Principal(user, credential=source)
        for seat in _seats_to_leave(user, groups):
            _leave(seat, by=by)
        for team in _teams_to_join(user, groups):
            _join(team, user, by=by)


def _seats_to_leave(user: User, groups: Collection[str]) -> list[TeamMembership]:
    seats = TeamMembership.objects.filter(membership__user=user).exclude(team__external_group="")
    found = seats.select_related("team__organization__namespace", "membership__user")
    return [
        seat
        for seat in found.order_by("team__organization")
        if seat.team.external_group not in groups
    ]


def _teams_to_join(user: User, groups: Collection[str]) -> list[Team]:
    # The database compares only what it keeps; PostgreSQL refuses a NUL with an error.
    names = [name for name in groups if name and "\x00" not in name]
    teams = Team.objects.filter(external_group__in=names, organization__deleted_at=None)
    return list(
        teams.exclude(memberships__membership__user=user).select_related("organization__namespace")
    )


def _join(team: Team, user: User, *, by: Principal) -> None:
    membership, is_new = Membership.objects.get_or_create(
        organization=team.organization, user=user, defaults={"is_managed": True}
    )
    if is_new:
        _note(AuditAction.MEMBER_JOINED_BY_GROUP, membership, by=by, group=team.external_group)
    TeamMembership.objects.create(team=team, membership=membership)
    _note(
        AuditAction.TEAM_JOINED_BY_GROUP,
        membership,
        by=by,
        team=team.name,
        group=team.external_group,
    )


def _leave(seat: TeamMembership, *, by: Principal) -> None:
    membership = seat.membership
    group = seat.team.external_group
    _note(AuditAction.TEAM_LEFT_BY_GROUP, membership, by=by, team=seat.team.name, group=group)
    seat.delete()
    Organization.objects.select_for_update().get(pk=membership.organization_id)
    if _is_held_by_groups_alone(membership):
        _note(AuditAction.MEMBER_LEFT_BY_GROUP, membership, by=by, group=group)
        end_membership(membership)


def _is_held_by_groups_alone(membership: Membership) -> bool:
    """Whether it came with a group, and nothing of that kind is left that would keep it."""
    if not membership.is_managed:
        return False
    if membership.teams.exclude(team__external_group="").exists():
        return False
    return membership.role != OrganizationRole.OWNER or _has_another_owner(membership)


def _has_another_owner(membership: Membership) -> bool:
    owners = Membership.objects.filter(
        organization=membership.organization_id, role=OrganizationRole.OWNER
    )
    return owners.exclude(pk=membership.pk).exists()


def _note(action: AuditAction, membership: Membership, *, by: Principal, **details: str) -> None:
    organization = membership.organization
    record(
        action,
        by=by,
        namespace=organization.namespace,
        user=membership.user,
        target=organization.name,
        **details,
    )
