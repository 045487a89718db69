"""Who belongs to an organization, and as what: change roles, remove people, leave.

Every change locks the organization's row first and asks again who is an owner: two owners who
remove each other at the same moment leave one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import LastOwner, NotAllowed
from accounts.flows.hand_over_robots import hand_over_robots
from accounts.mails import send_after_commit
from accounts.models import Invitation, Membership, Organization, OrganizationRole, User
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from accounts.signals import membership_ended


def change_role(membership: Membership, *, by: Principal, role: OrganizationRole) -> None:
    """Make a member an owner or the reverse. Raises NotAllowed or LastOwner."""
    with _locked(membership) as current:
        check_owner(by, current.organization)
        if current.role == role:
            return
        if role != OrganizationRole.OWNER:
            check_not_last_owner(current)
        current.role = role
        current.save(update_fields=["role"])
        _record(AuditAction.MEMBER_ROLE_CHANGED, current, by=by)
        tell_owners_of_owner(current, by=by, is_owner=role == OrganizationRole.OWNER)


def remove_member(membership: Membership, *, by: Principal) -> None:
    """End someone's membership and all that hangs on it. Raises NotAllowed or LastOwner."""
    with _locked(membership) as current:
        check_owner(by, current.organization)
        check_not_last_owner(current)
        _end(current, by=by, action=AuditAction.MEMBER_REMOVED)
        name = current.organization.name
        send_after_commit("member_removed", to=[current.user], organization=name, by=by.name)


def leave_organization(membership: Membership, *, by: Principal) -> None:
    """End one's own membership. Raises NotAllowed or LastOwner."""
    with _locked(membership) as current:
        if by.user is None or current.user_id != by.user.pk:
            message = _("Only you yourself can leave an organization.")
            raise NotAllowed(message)
        check_not_last_owner(current)
        _end(current, by=by, action=AuditAction.MEMBER_LEFT)


def end_membership(membership: Membership) -> None:
    """Delete the row, and with it the places in teams; announce it, so that grants end too.

    The caller holds the lock on the organization and has checked everything. Open invitations of
    the person end as well: an old link must not undo a removal.
    """
    organization, user = membership.organization, membership.user
    membership.delete()
    now = timezone.now()
    invitations = Invitation.objects.open().filter(organization=organization)
    invitations.for_account(user).update(revoked_at=now)
    membership_ended.send(sender=Membership, organization=organization, user=user)


def end_membership_by_group(membership: Membership, *, by: Principal) -> None:
    """End what came with a group of the directory or provider; written down by the caller.

    The caller holds the lock on the organization, and this is not the last owner.
    """
    end_membership(membership)
    _hand_on(membership, by=by)


def check_not_last_owner(membership: Membership) -> None:
    """Raise LastOwner if the organization would be without an owner who can log in."""
    if membership.role != OrganizationRole.OWNER:
        return
    if not owners_of(membership.organization).exclude(pk=membership.user_id).exists():
        message = _(
            "%(username)s is the last owner of %(name)s. Make someone else an owner "
            "first, or delete the organization."
        ) % {"username": membership.user.username, "name": membership.organization.name}
        raise LastOwner(message)


def owned_alone(user: User) -> QuerySet[Organization]:
    """Return the organizations that would be without an owner if this person went."""
    others = Membership.objects.filter(role=OrganizationRole.OWNER, user__is_active=True)
    return Organization.objects.filter(
        memberships__user=user, memberships__role=OrganizationRole.OWNER, deleted_at=None
    ).exclude(pk__in=others.exclude(user=user).values("organization"))


def owners_of(organization: Organization) -> QuerySet[User]:
    """Return the owners who can log in, the longest-standing first."""
    return User.objects.filter(
        is_active=True,
        memberships__organization=organization,
        memberships__role=OrganizationRole.OWNER,
    ).order_by("memberships__created_at", "memberships__pk")


def tell_owners_of_owner(membership: Membership, *, by: Principal, is_owner: bool) -> None:
    """Tell every owner, and whom it concerns, that someone became an owner or is none any more."""
    send_after_commit(
        "owner_changed",
        to=[*owners_of(membership.organization), membership.user],
        organization=membership.organization.name,
        who=membership.user.username,
        is_owner=is_owner,
        by=by.name,
    )


@contextmanager
def _locked(membership: Membership) -> Iterator[Membership]:
    """Yield the membership as it is now, while nobody else changes who belongs there."""
    with transaction.atomic():
        Organization.objects.select_for_update().get(pk=membership.organization_id)
        current = (
            Membership.objects.select_related("organization__namespace", "user")
            .filter(pk=membership.pk)
            .first()
        )
        if current is None:
            message = _("This person is not in the organization any more.")
            raise NotAllowed(message)
        yield current


def _end(membership: Membership, *, by: Principal, action: AuditAction) -> None:
    _record(action, membership, by=by)
    end_membership(membership)
    _hand_on(membership, by=by)


def _hand_on(membership: Membership, *, by: Principal) -> None:
    """Find somebody for the robots of who left, and tell of an owner who is none any more."""
    owners = list(owners_of(membership.organization))
    successor = by.user if by.user in owners else next(iter(owners), None)
    hand_over_robots(membership.organization, leaver=membership.user, to=successor, by=by)
    if membership.role == OrganizationRole.OWNER:
        tell_owners_of_owner(membership, by=by, is_owner=False)


def _record(action: AuditAction, membership: Membership, *, by: Principal) -> None:
    record(
        action,
        by=by,
        namespace=membership.organization.namespace,
        user=membership.user,
        target=membership.user.username,
        role=str(membership.role),
    )
