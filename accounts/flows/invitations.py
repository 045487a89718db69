"""Invitations into organizations: send, send again, revoke, accept, decline.

What an invitation gives is fixed when it is sent, and it holds as long as who sent it is an owner.
The link alone opens nothing: the account must be the invited one, or have proven the invited
address, so a forwarded or stolen mail lets nobody in.
"""

from __future__ import annotations

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import AlreadyMember, InvitationRefused
from accounts.limits import (
    INVITATIONS_OF_ORGANIZATION,
    INVITATIONS_OF_PERSON,
    INVITATIONS_TO_ONE,
)
from accounts.mails import send_after_commit
from accounts.models import Invitation, Membership, Organization, OrganizationRole, Team, User
from accounts.opaque_tokens import OpaqueToken, make_opaque_token, parse_opaque_token
from accounts.organization_policy import check_owner
from accounts.plans import check_members
from accounts.principals import Principal
from accounts.ratelimits import spend

PREFIX = "wbi"
LIFETIME = timedelta(days=7)
_KEEP_ENDED = timedelta(days=90)  # shown to owners as expired until then
_LONGEST_EMAIL = 254


def send_invitation(
    organization: Organization,
    *,
    by: Principal,
    invitee: str,
    role: OrganizationRole = OrganizationRole.MEMBER,
    team: Team | None = None,
) -> Invitation:
    """Invite a user name or an e-mail address; the mail leaves after the commit.

    Raises NotAllowed, InvitationRefused, AlreadyMember, QuotaExceeded or LimitReached. Whether an address has an
    account is never told: there is nothing here that looks.
    """
    check_owner(by, organization)
    whom = _read_invitee(invitee)
    if team and (team.organization_id != organization.pk or team.external_group):
        message = _("This team cannot be part of an invitation.")
        raise InvitationRefused(message)
    token = make_opaque_token(PREFIX)
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        check_owner(by, locked)
        _check_new(locked, whom)
        check_members(locked)
        _count(organization, by=by, whom=whom)
        invitation = Invitation.objects.create(
            organization=locked,
            role=role,
            team=team,
            user=whom if isinstance(whom, User) else None,
            email="" if isinstance(whom, User) else whom,
            invited_by=by.user,
            expires_at=timezone.now() + LIFETIME,
            selector=token.selector,
            secret_digest=token.digest,
        )
        _record(AuditAction.INVITATION_SENT, invitation, by=by)
        _mail(invitation, token)
    return invitation


def send_again(invitation: Invitation, *, by: Principal) -> None:
    """Send a new link, which ends the old one, for another week; the role stays as it was.

    Raises NotAllowed, InvitationRefused or LimitReached.
    """
    token = make_opaque_token(PREFIX)
    with transaction.atomic():
        current = lock_invitation(invitation)
        organization = _organization_of(current)
        check_owner(by, organization)
        if current.accepted_at or current.declined_at or current.revoked_at:
            message = _("This invitation was answered or revoked. Send a new one.")
            raise InvitationRefused(message)
        _count(organization, by=by, whom=current.user or current.email)
        current.invited_by = by.user
        current.expires_at = timezone.now() + LIFETIME
        current.selector, current.secret_digest = token.selector, token.digest
        current.save()
        _record(AuditAction.INVITATION_SENT_AGAIN, current, by=by)
        _mail(current, token)


def revoke_invitation(invitation: Invitation, *, by: Principal) -> None:
    """End it. Raises NotAllowed, or InvitationRefused for one that was accepted."""
    with transaction.atomic():
        current = lock_invitation(invitation)
        check_owner(by, _organization_of(current))
        if current.accepted_at:
            message = _("This invitation was accepted. Remove the member instead.")
            raise InvitationRefused(message)
        if current.revoked_at:
            return
        current.revoked_at = timezone.now()
        current.save(update_fields=["revoked_at"])
        _record(AuditAction.INVITATION_REVOKED, current, by=by)


def find_by_link(secret: str) -> Invitation | None:
    """Return the invitation that this link was sent for, open or not; None for any other text."""
    token = parse_opaque_token(secret, PREFIX)
    if token is None:
        return None
    found = (
        Invitation.objects.filter(
            selector=token.selector, organization__isnull=False, organization__deleted_at=None
        )
        .select_related("organization", "team", "invited_by", "user")
        .first()
    )
    return found if found and token.matches(found.secret_digest) else None


def lock_invitation(invitation: Invitation) -> Invitation:
    """Return it as it is now, while neither it nor who belongs to the organization can change."""
    if invitation.organization_id is not None:
        Organization.objects.select_for_update().get(pk=invitation.organization_id)
    current = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if current.selector != invitation.selector:
        message = _("This link was replaced by a newer one. Use the one of the latest mail.")
        raise InvitationRefused(message)
    return current


def forget_ended_invitations() -> None:
    """Delete those that ended long ago, with the addresses in them; what came of each is in the audit.

    Of organizations and of the site alike: an answer never comes after the last day.
    """
    Invitation.objects.filter(expires_at__lt=timezone.now() - _KEEP_ENDED).delete()


def _read_invitee(invitee: str) -> User | str:
    if "@" not in invitee:
        # A name is public once its address is proven; before that there is nobody to see.
        found = User.objects.with_verified_address().filter(username=invitee, is_active=True)
        user = found.first()
        if user is None:
            message = _(
                "There is no user %(invitee)s. Ask for the exact user name, or invite an "
                "e-mail address."
            ) % {"invitee": invitee}
            raise InvitationRefused(message)
        return user
    try:
        validate_email(invitee)
    except ValidationError as error:
        message = _("This is not an e-mail address.")
        raise InvitationRefused(message) from error
    if len(invitee) > _LONGEST_EMAIL:
        message = _("This e-mail address is too long.")
        raise InvitationRefused(message)
    return invitee.lower()


def _check_new(organization: Organization, whom: User | str) -> None:
    waiting = Invitation.objects.open().filter(organization=organization)
    if isinstance(whom, User):
        if Membership.objects.filter(organization=organization, user=whom).exists():
            message = _("%(username)s is in %(name)s already.") % {
                "username": whom.username,
                "name": organization.name,
            }
            raise AlreadyMember(message)
        waiting = waiting.filter(user=whom)
    else:
        waiting = waiting.filter(email=whom)
    if waiting.exists():
        message = _("There is an open invitation already. Send that one again, or revoke it first.")
        raise InvitationRefused(message)


def _count(organization: Organization, *, by: Principal, whom: User | str) -> None:
    """Keep an organization from being a way to fill the mailboxes of strangers."""
    one = f"user:{whom.pk}" if isinstance(whom, User) else whom
    spend(INVITATIONS_OF_PERSON, by.subject, what="invitations")
    spend(INVITATIONS_OF_ORGANIZATION, str(organization.pk), what="invitations")
    spend(INVITATIONS_TO_ONE, one, what="invitations")


def _organization_of(invitation: Invitation) -> Organization:
    if invitation.organization is None:
        message = _("This invitation is not into an organization.")
        raise InvitationRefused(message)
    return invitation.organization


def _mail(invitation: Invitation, token: OpaqueToken) -> None:
    organization, sender = invitation.organization, invitation.invited_by
    send_after_commit(
        "invitation",
        to=[invitation.user or invitation.email],
        organization=organization.name if organization else "",
        role=invitation.role,
        by=sender.username if sender else "",
        username=invitation.user.username if invitation.user else "",
        secret=token.value,
        days=LIFETIME.days,
    )


def _record(action: AuditAction, invitation: Invitation, *, by: Principal) -> None:
    record(
        action,
        by=by,
        namespace=_organization_of(invitation).namespace,
        user=invitation.user,
        target=invitation.user.username if invitation.user else invitation.email,
        role=str(invitation.role),
        team=invitation.team.name if invitation.team else "",
    )
