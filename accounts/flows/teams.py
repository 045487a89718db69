"""Teams: create, change and delete them, and choose who is in them."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import AlreadyMember, NameTaken, NotAllowed, TeamIsManaged
from accounts.flows.external_groups import end_if_held_by_nothing
from accounts.models import Membership, Organization, Team, TeamMembership
from accounts.names import check_team_name
from accounts.organization_policy import check_owner, is_owner, may_fill
from accounts.principals import Principal
from accounts.profile_text import LONGEST_DESCRIPTION, check_line


def create_team(
    organization: Organization, *, by: Principal, name: str, description: str = ""
) -> Team:
    """Create an empty team. Raises NotAllowed, NameInvalid, NameTaken or TextRefused."""
    _check_texts(name, description)
    try:
        with transaction.atomic():
            locked = Organization.objects.select_for_update().get(pk=organization.pk)
            check_owner(by, locked)
            team = Team.objects.create(organization=locked, name=name, description=description)
            _record(AuditAction.TEAM_CREATED, team, by=by)
    except IntegrityError as error:
        raise NameTaken(_taken(name)) from error
    return team


def change_team(team: Team, *, by: Principal, name: str, description: str) -> None:
    """Rename and describe; grants go by the team, not by its name.

    Raises NotAllowed, NameInvalid, NameTaken or TextRefused.
    """
    _check_texts(name, description)
    check_owner(by, team.organization)
    was = team.name
    try:
        with transaction.atomic():
            team.name, team.description = name, description
            team.save(update_fields=["name", "description"])
            _record(AuditAction.TEAM_CHANGED, team, by=by, was=was, description=description)
    except IntegrityError as error:
        team.name = was
        raise NameTaken(_taken(name)) from error


def delete_team(team: Team, *, by: Principal) -> None:
    """Delete it; every grant that it held ends with it. Raises NotAllowed.

    Who was in the organization only by this team's group leaves it.
    """
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=team.organization_id)
        check_owner(by, team.organization)
        _record(AuditAction.TEAM_DELETED, team, by=by)
        came = Membership.objects.filter(teams__team=team, is_managed=True)
        memberships = list(came.select_related("organization__namespace", "user"))
        team.delete()
        for membership in memberships:
            end_if_held_by_nothing(membership, by=by, group=team.external_group)


def add_to_team(team: Team, *, by: Principal, username: str) -> TeamMembership:
    """Put a member of the organization into the team.

    Raises NotAllowed, also for who is no member: whether there is such an account is not told.
    Raises TeamIsManaged or AlreadyMember.
    """
    with transaction.atomic():
        _check_may_fill(team, by)
        membership = Membership.objects.filter(
            organization=team.organization_id, user__username=username
        ).first()
        if membership is None:
            message = _(
                "%(username)s is not in %(name)s. An owner can invite them, into this team at once."
            ) % {"username": username, "name": team.organization.name}
            raise NotAllowed(message)
        place, is_new = TeamMembership.objects.get_or_create(team=team, membership=membership)
        if not is_new:
            message = _("%(username)s is in this team already.") % {"username": username}
            raise AlreadyMember(message)
        _record(AuditAction.TEAM_MEMBER_ADDED, team, by=by, member=membership)
    return place


def remove_from_team(place: TeamMembership, *, by: Principal) -> None:
    """Take someone out; maintainers only by owners or themselves. Raises NotAllowed, TeamIsManaged."""
    team = place.team
    with transaction.atomic():
        _check_may_take_out(place, by)
        _record(AuditAction.TEAM_MEMBER_REMOVED, team, by=by, member=place.membership)
        place.delete()


def change_maintainer(place: TeamMembership, *, by: Principal, is_maintainer: bool) -> None:
    """Let a member of the team choose its members, or no longer. Raises NotAllowed."""
    with transaction.atomic():
        check_owner(by, place.team.organization)
        if place.is_maintainer == is_maintainer:
            return
        place.is_maintainer = is_maintainer
        place.save(update_fields=["is_maintainer"])
        _record(
            AuditAction.TEAM_MEMBER_CHANGED,
            place.team,
            by=by,
            member=place.membership,
            is_maintainer=is_maintainer,
        )


def _check_may_fill(team: Team, by: Principal) -> None:
    if not may_fill(by, team):
        message = _("Only owners of %(name)s and maintainers of %(name_2)s may do this.") % {
            "name": team.organization.name,
            "name_2": team.name,
        }
        raise NotAllowed(message)
    if team.external_group:
        message = _(
            "The members of %(name)s come with the group %(external_group)s, each time "
            "they log in. Change the group instead."
        ) % {"name": team.name, "external_group": team.external_group}
        raise TeamIsManaged(message)


def _check_may_take_out(place: TeamMembership, by: Principal) -> None:
    if by.user and place.membership.user_id == by.user.pk and not place.team.external_group:
        return
    _check_may_fill(place.team, by)
    if place.is_maintainer and not is_owner(by, place.team.organization):
        message = _("Only owners of the organization take maintainers out of a team.")
        raise NotAllowed(message)


def _check_texts(name: str, description: str) -> None:
    check_team_name(name)
    check_line(description, what=_("The description"), longest=LONGEST_DESCRIPTION)


def _taken(name: str) -> str:
    return _("There is a team %(name)s already.") % {"name": name}


def _record(
    action: AuditAction,
    team: Team,
    *,
    by: Principal,
    member: Membership | None = None,
    **details: str | bool,
) -> None:
    if member:
        details["member"] = member.user.username
    record(
        action,
        by=by,
        namespace=team.organization.namespace,
        user=member.user if member else None,
        target=team.name,
        **details,
    )
