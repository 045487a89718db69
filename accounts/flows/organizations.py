"""Create organizations, change what they say and demand, and close them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import AccountNotVerified, NameTaken, NotAllowed
from accounts.flows.memberships import end_membership
from accounts.flows.reopen_organization import what_ends
from accounts.limits import ORGANIZATIONS
from accounts.mails import send_after_commit
from accounts.models import (
    EndedOrganization,
    Invitation,
    Membership,
    Namespace,
    Organization,
    OrganizationRole,
    RobotSecret,
    User,
)
from accounts.names import check_organization_name
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from accounts.profile_text import (
    LONGEST_DESCRIPTION,
    LONGEST_DISPLAY_NAME,
    LONGEST_LOCATION,
    check_line,
    check_link,
)
from accounts.ratelimits import spend
from accounts.second_factor import has_second_factor


@dataclass(frozen=True, slots=True)
class Profile:
    """What an organization says of itself."""

    display_name: str = ""
    description: str = ""
    location: str = ""
    link: str = ""

    def check(self) -> None:
        """Raise TextRefused."""
        check_line(self.display_name, what=_("The display name"), longest=LONGEST_DISPLAY_NAME)
        check_line(self.description, what=_("The description"), longest=LONGEST_DESCRIPTION)
        check_line(self.location, what=_("The location"), longest=LONGEST_LOCATION)
        check_link(self.link)


def create_organization(
    name: str, *, owner: User, display_name: str = "", by: Principal | None = None
) -> Organization:
    """Create the organization, claim its namespace and make `owner` its first owner.

    Raises NameInvalid, NameReserved, NameTaken, TextRefused, AccountNotVerified or LimitReached.
    """
    check_organization_name(name)
    check_line(display_name, what=_("The display name"), longest=LONGEST_DISPLAY_NAME)
    if not owner.is_verified:
        message = _("Verify your e-mail address first, then create an organization.")
        raise AccountNotVerified(message)
    if not (by and by.is_administrator):  # who imports a registry needs many
        spend(ORGANIZATIONS, str(owner.pk), what=_("new organizations"))
    try:
        with transaction.atomic():
            organization = Organization.objects.create(name=name, display_name=display_name)
            namespace = Namespace.objects.create(name=name, organization=organization)
            Membership.objects.create(
                organization=organization, user=owner, role=OrganizationRole.OWNER
            )
            record(
                AuditAction.ORGANIZATION_CREATED,
                by=by or Principal(owner),
                namespace=namespace,
                user=owner,
                target=name,
            )
    except IntegrityError as error:
        message = _("The name %(name)s is taken. Choose another one.") % {"name": name}
        raise NameTaken(message) from error
    return organization


def describe_organization(organization: Organization, *, by: Principal, profile: Profile) -> None:
    """Change what the organization says of itself. Raises NotAllowed or TextRefused."""
    profile.check()
    _change(organization, by=by, changes=asdict(profile))


def change_rules(
    organization: Organization,
    *,
    by: Principal,
    members_may_create: bool,
    requires_second_factor: bool,
) -> None:
    """Change what members may do and must have. Raises NotAllowed.

    Who demands two factors has them: else an owner would lock everyone out, oneself first.
    """
    demands_anew = requires_second_factor and not organization.requires_second_factor
    if demands_anew and not (by.user and has_second_factor(by.user)):
        message = _("Set up two factors for yourself first, then demand them of the members.")
        raise NotAllowed(message)
    changes = {
        "members_may_create": members_may_create,
        "requires_second_factor": requires_second_factor,
    }
    _change(organization, by=by, changes=changes)


def close_organization(
    organization: Organization, *, by: Principal, undo_until: datetime | None = None
) -> EndedOrganization | None:
    """End everything of the organization but its name, which stays reserved. Raises NotAllowed.

    With `undo_until` what ends is written down, and `reopen` brings it back until then. Only
    `index.flows.delete_organization` calls this: it knows whether repositories are left.
    """
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        check_owner(by, locked)
        now = timezone.now()
        namespace = locked.namespace
        ending = _write_down(locked, by, now, undo_until) if undo_until else None
        members = [membership.user for membership in locked.memberships.select_related("user")]
        for membership in locked.memberships.select_related("user", "organization__namespace"):
            end_membership(membership)
        Invitation.objects.open().filter(organization=locked).update(revoked_at=now)
        RobotSecret.objects.filter(robot__namespace=namespace, revoked_at=None).update(
            revoked_at=now
        )
        namespace.robots.filter(disabled_at=None).update(disabled_at=now)
        locked.teams.all().delete()
        locked.domains.all().delete()
        locked.deleted_at = now
        locked.save(update_fields=["deleted_at"])
        record(AuditAction.ORGANIZATION_DELETED, by=by, namespace=namespace, target=locked.name)
        send_after_commit(
            "organization_deleted",
            to=members,
            organization=locked.name,
            by=by.name,
            until=undo_until,
        )
    organization.deleted_at = now
    return ending


def _write_down(
    organization: Organization, by: Principal, now: datetime, until: datetime
) -> EndedOrganization:
    EndedOrganization.objects.filter(organization=organization).delete()
    return EndedOrganization.objects.create(
        organization=organization,
        ended_by=by.user,
        ended_at=now,
        undo_until=until,
        kept=what_ends(organization),
    )


def _change(
    organization: Organization, *, by: Principal, changes: Mapping[str, str | bool]
) -> None:
    with transaction.atomic():
        locked = Organization.objects.select_for_update().get(pk=organization.pk)
        check_owner(by, locked)
        changed: dict[str, Any] = {
            name: value for name, value in changes.items() if getattr(locked, name) != value
        }
        if not changed:
            return
        Organization.objects.filter(pk=locked.pk).update(**changed)
        record(
            AuditAction.ORGANIZATION_CHANGED,
            by=by,
            namespace=locked.namespace,
            target=locked.name,
            **changed,
        )
    for name, value in changed.items():
        setattr(organization, name, value)
