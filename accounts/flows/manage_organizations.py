"""What administrators do with organizations of others; each step has a reason and is written down."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.audit import AuditAction, record
from accounts.errors import NotAllowed
from accounts.flows.manage_people import check_reason
from accounts.flows.memberships import owners_of, tell_owners_of_owner
from accounts.mails import send_after_commit
from accounts.models import Membership, Namespace, Organization, OrganizationRole, User
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.signals import namespace_unfrozen


def freeze(organization: Organization, *, by: Principal, reason: str) -> None:
    """Keep it as it is: all can be pulled, and nothing changes, neither images nor who belongs to it.

    Raises NotAllowed, ReasonMissing or TextRefused.
    """
    _check(by, reason)
    with transaction.atomic():
        namespace = _hold(organization)
        if namespace.frozen_at:
            return
        namespace.frozen_at, namespace.frozen_reason = timezone.now(), reason
        namespace.save(update_fields=["frozen_at", "frozen_reason"])
        record(
            AuditAction.ORGANIZATION_FROZEN,
            by=by,
            namespace=namespace,
            target=organization.name,
            reason=reason,
        )
        _tell(organization, "organization_frozen", reason=reason)


def unfreeze(organization: Organization, *, by: Principal, reason: str) -> None:
    """Let its people change things again. Raises NotAllowed, ReasonMissing or TextRefused."""
    _check(by, reason)
    with transaction.atomic():
        namespace = _hold(organization)
        if not namespace.frozen_at:
            return
        since, namespace.frozen_at, namespace.frozen_reason = namespace.frozen_at, None, ""
        namespace.save(update_fields=["frozen_at", "frozen_reason"])
        namespace_unfrozen.send(sender=Namespace, namespace=namespace, since=since)
        record(
            AuditAction.ORGANIZATION_UNFROZEN,
            by=by,
            namespace=namespace,
            target=organization.name,
            reason=reason,
        )
        _tell(organization, "organization_unfrozen", reason=reason)


def give_owner(organization: Organization, *, to: User, by: Principal, reason: str) -> None:
    """Make somebody the owner of an organization that has none who can log in.

    Raises NotAllowed where it has an owner or this person cannot log in, ReasonMissing or TextRefused.
    """
    _check(by, reason)
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        if locked.deleted_at or owners_of(locked).exists():
            message = gettext(
                "%(name)s has an owner who can log in: they choose who else is one."
            ) % {"name": locked.name}
            raise NotAllowed(message)
        if not (to.is_active and to.is_verified):
            message = gettext("%(username)s cannot log in: enable or verify the account first.") % {
                "username": to.username
            }
            raise NotAllowed(message)
        membership, _ = Membership.objects.update_or_create(
            organization=locked, user=to, defaults={"role": OrganizationRole.OWNER}
        )
        record(
            AuditAction.ORGANIZATION_TAKEN_OVER,
            by=by,
            namespace=locked.namespace,
            user=to,
            target=locked.name,
            owner=to.username,
            reason=reason,
        )
        tell_owners_of_owner(membership, by=by, is_owner=True)


def _hold(organization: Organization) -> Namespace:
    """Hold its namespace's row, which who changes what is in it holds as well."""
    rows = Namespace.objects.select_for_update(no_key=True)
    namespace = rows.filter(organization=organization, organization__deleted_at=None).first()
    if namespace is None:
        message = gettext("%(name)s is deleted.") % {"name": organization.name}
        raise NotAllowed(message)
    return namespace


def _tell(organization: Organization, template: str, *, reason: str) -> None:
    to = list(owners_of(organization))
    send_after_commit(template, to=to, organization=organization.name, reason=reason)


def _check(by: Principal, reason: str) -> None:
    check_person(by)
    if not by.is_administrator:
        message = gettext(
            "only administrators of this site may freeze organizations or give them owners"
        )
        raise NotAllowed(message)
    check_reason(reason)
