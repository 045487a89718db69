"""Groups of the directory or the identity provider become teams: replaced, never only added."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.errors import QuotaExceeded
from accounts.flows.kept_seats import note_groups
from accounts.flows.memberships import end_membership_by_group, owners_of
from accounts.mails import send_after_commit
from accounts.models import (
    AuditEvent,
    Membership,
    Organization,
    OrganizationRole,
    Team,
    TeamMembership,
    User,
)
from accounts.plans import check_members
from accounts.prepared import Statement, prepared
from accounts.principals import Principal

_SAY_AGAIN_AFTER = timedelta(days=1)
_LEFT_OUT_FOR = timedelta(days=7)  # so long it is shown


def replace_groups(user: User, groups: Collection[str], *, source: str) -> None:
    """Put the user into every team whose `external_group` is among the groups, and out of all others.

    Called at each log-in that brings groups; `source` is what said so, for the audit: `directory`
    or `single sign-on`. A group's name is compared as it is, letter by letter. Only teams with an
    external group are touched, so whoever lets people edit such a team's members must refuse.
    Nobody joins what is frozen; the first log-in after that brings them. Of what is deleted an undo gives
    no seat back whose group is not among them.

    Someone who was no member of the organization becomes one (`is_managed`), and stops being one
    with the last such team. Memberships made by hand stay, and so does the last owner. Where the
    plan has no room, the log-in goes on without that team, and the owners are told.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)  # two log-ins take turns
        note_groups(user, groups)
        by = Principal(user, credential=source)
        seats, teams = _seats_to_leave(user, groups), _teams_to_join(user, groups)
        if not seats and not teams:
            return
        _lock([*(seat.team.organization_id for seat in seats), *(t.organization_id for t in teams)])
        # Joins come first: who only changes teams keeps the membership, and what hangs on it.
        for team in _teams_to_join(user, groups):
            _join(team, user, by=by)
        for seat in _seats_to_leave(user, groups):
            _leave(seat, by=by)


def left_out(organization: Organization) -> Statement:
    """Return whom a group would have brought last week, had the plan had room."""
    return prepared(
        _left_out,
        organization=organization.pk,
        namespace=organization.namespace.pk,
        since=timezone.now() - _LEFT_OUT_FOR,
    )


def _left_out(*, organization: int, namespace: int, since: datetime) -> QuerySet[Any, str]:
    members = Membership.objects.filter(organization=organization)
    events = AuditEvent.objects.filter(
        action=AuditAction.MEMBER_WITHOUT_ROOM,
        namespace=namespace,
        at__gt=since,
        user__is_active=True,
    ).exclude(user__in=members.values("user"))
    names = events.order_by("user__username").values_list("user__username", flat=True)
    return names.distinct()


def held_by_groups(membership: Membership) -> bool:
    """Whether a team that a group fills keeps it."""
    return membership.teams.exclude(team__external_group="").exists()


def end_if_held_by_nothing(membership: Membership, *, by: Principal, group: str) -> None:
    """End a membership that came with a group and that no group holds any more.

    The caller holds the lock on the organization. The last owner stays.
    """
    if not membership.is_managed or held_by_groups(membership) or _is_last_owner(membership):
        return
    _note(AuditAction.MEMBER_LEFT_BY_GROUP, membership.organization, membership.user, by, group)
    end_membership_by_group(membership, by=by)


def _seats_to_leave(user: User, groups: Collection[str]) -> list[TeamMembership]:
    seats = TeamMembership.objects.filter(membership__user=user).exclude(team__external_group="")
    found = seats.select_related(
        "team__organization__namespace", "membership__user", "membership__organization__namespace"
    )
    return [seat for seat in found if seat.team.external_group not in groups]


def _teams_to_join(user: User, groups: Collection[str]) -> list[Team]:
    # The database compares only what it keeps; PostgreSQL refuses a NUL with an error.
    names = [name for name in groups if name and "\x00" not in name]
    teams = Team.objects.filter(
        external_group__in=names,
        organization__deleted_at=None,
        organization__namespace__frozen_at=None,
    )
    return list(
        teams.exclude(memberships__membership__user=user).select_related("organization__namespace")
    )


def _lock(organizations: Collection[int]) -> None:
    """Lock them in one order, so that two log-ins never wait for each other."""
    locked = Organization.objects.select_for_update().filter(pk__in=organizations).order_by("pk")
    list(locked.values_list("pk"))


def _join(team: Team, user: User, *, by: Principal) -> None:
    organization, group = team.organization, team.external_group
    membership = Membership.objects.filter(organization=organization, user=user).first()
    if membership is None:
        try:
            check_members(organization)
        except QuotaExceeded:
            _say_there_is_no_room(organization, user, by=by, group=group)
            return
        membership = Membership.objects.create(
            organization=organization, user=user, is_managed=True
        )
        _note(AuditAction.MEMBER_JOINED_BY_GROUP, organization, user, by, group)
    TeamMembership.objects.create(team=team, membership=membership)
    _note(AuditAction.TEAM_JOINED_BY_GROUP, organization, user, by, group, team=team.name)


def _leave(seat: TeamMembership, *, by: Principal) -> None:
    membership, group = seat.membership, seat.team.external_group
    organization = membership.organization
    _note(
        AuditAction.TEAM_LEFT_BY_GROUP, organization, membership.user, by, group,
        team=seat.team.name,
    )  # fmt: skip
    seat.delete()
    end_if_held_by_nothing(membership, by=by, group=group)


def _is_last_owner(membership: Membership) -> bool:
    """Whether nobody else could change the organization; who is disabled cannot."""
    if membership.role != OrganizationRole.OWNER:
        return False
    return not owners_of(membership.organization).exclude(pk=membership.user_id).exists()


def _say_there_is_no_room(
    organization: Organization, user: User, *, by: Principal, group: str
) -> None:
    """Write it down and mail the owners, once a day: people log in more often, the directory too."""
    said = AuditEvent.objects.filter(
        action=AuditAction.MEMBER_WITHOUT_ROOM,
        namespace=organization.namespace,
        at__gt=timezone.now() - _SAY_AGAIN_AFTER,
    )
    if not said.exists():
        send_after_commit(
            "no_room_for_group",
            to=owners_of(organization),
            organization=organization.name,
            who=user.username,
        )
    if not said.filter(user=user).exists():
        _note(AuditAction.MEMBER_WITHOUT_ROOM, organization, user, by, group)


def _note(
    action: AuditAction,
    organization: Organization,
    user: User,
    by: Principal,
    group: str,
    **details: str,
) -> None:
    record(
        action,
        by=by,
        namespace=organization.namespace,
        user=user,
        target=organization.name,
        group=group,
        **details,
    )
