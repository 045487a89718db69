"""Answer an invitation: accept it once, as the invited account alone, or decline it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import AlreadyMember, InvitationRefused, QuotaExceeded
from accounts.flows.invitations import lock_invitation
from accounts.flows.memberships import tell_owners_of_owner
from accounts.models import (
    Invitation,
    Membership,
    Organization,
    OrganizationRole,
    TeamMembership,
    User,
)
from accounts.organization_policy import check_not_frozen, is_owner
from accounts.plans import check_members
from accounts.principals import ANONYMOUS, Principal
from accounts.second_factor import has_second_factor


def accept_invitation(invitation: Invitation, *, by: User) -> Membership:
    """Make the invited person a member. Raises InvitationRefused, NotAllowed, AlreadyMember or QuotaExceeded.

    The organization is locked: two accounts that both may accept cannot both use it, and who sent
    it cannot lose the right to at the same moment.
    """
    with transaction.atomic():
        current = lock_invitation(invitation)
        organization = current.organization
        if organization is None or not current.is_for(by):
            message = _("This invitation is for another account.")
            raise InvitationRefused(message)
        check_holds(current)
        check_not_frozen(organization)
        if Membership.objects.filter(organization=organization, user=by).exists():
            message = _("You are in %(name)s already. Its owners can change your role.") % {
                "name": organization.name
            }
            raise AlreadyMember(message)
        if organization.requires_second_factor and not has_second_factor(by):
            message = _("%(name)s demands two factors. Set them up, then accept.") % {
                "name": organization.name
            }
            raise InvitationRefused(message)
        _check_room(organization)
        membership = Membership.objects.create(
            organization=organization, user=by, role=current.role
        )
        _join_team(current, membership)
        _use_up(current, by)
        _tell(current, membership)
    return membership


def decline_invitation(invitation: Invitation, *, by: User | None) -> None:
    """Refuse it; whoever holds the link may, for a mailbox needs no account to say no.

    With an account it must be the invited one. Raises InvitationRefused.
    """
    with transaction.atomic():
        current = lock_invitation(invitation)
        if by and not current.is_for(by):
            message = _("This invitation is for another account.")
            raise InvitationRefused(message)
        check_holds(current)
        current.declined_at = timezone.now()
        current.save(update_fields=["declined_at"])
        record(
            AuditAction.INVITATION_DECLINED,
            by=Principal(by) if by else ANONYMOUS,
            namespace=current.organization.namespace if current.organization else None,
            user=by,
            target=by.username if by else current.email,
        )


def check_holds(invitation: Invitation) -> None:
    """Raise InvitationRefused with the reason why it cannot be answered any more."""
    organization, sender = invitation.organization, invitation.invited_by
    if invitation.accepted_at:
        message = _("This invitation was used already.")
    elif invitation.declined_at:
        message = _("This invitation was declined. Ask for a new one.")
    elif invitation.revoked_at or organization is None or organization.deleted_at:
        message = _("This invitation was revoked.")
    elif not invitation.is_open:
        message = _("This invitation has expired. Ask for a new one.")
    elif sender is None or not sender.is_active or not is_owner(Principal(sender), organization):
        message = _("Who sent this invitation is not an owner any more. Ask another owner for one.")
    else:
        return
    raise InvitationRefused(message)


def _check_room(organization: Organization) -> None:
    """Raise QuotaExceeded in words for who is invited: what the plan is, is not theirs to know."""
    try:
        check_members(organization)
    except QuotaExceeded as error:
        message = _("%(name)s has no room for another member. Ask its owners, then accept.") % {
            "name": organization.name
        }
        raise QuotaExceeded(message) from error


def _join_team(invitation: Invitation, membership: Membership) -> None:
    team = invitation.team
    if team and team.organization_id == membership.organization_id and not team.external_group:
        TeamMembership.objects.create(team=team, membership=membership)


def _use_up(invitation: Invitation, user: User) -> None:
    """Note the use; what else invites this person to the same organization ends with it."""
    now = timezone.now()
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    others = Invitation.objects.open().filter(organization=invitation.organization)
    others.for_account(user).update(revoked_at=now)


def _tell(invitation: Invitation, membership: Membership) -> None:
    sender = invitation.invited_by
    by = Principal(membership.user)
    record(
        AuditAction.MEMBER_JOINED,
        by=by,
        namespace=membership.organization.namespace,
        user=membership.user,
        target=membership.user.username,
        role=str(membership.role),
        team=invitation.team.name if invitation.team else "",
        invited_by=sender.username if sender else "",
    )
    if membership.role == OrganizationRole.OWNER:
        tell_owners_of_owner(membership, by=Principal(sender) if sender else by, is_owner=True)
