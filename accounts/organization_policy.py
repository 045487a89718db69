"""Who may do what in an organization: the only place that decides.

Owners may do everything, members see each other and the teams, maintainers choose who is in their
team. Administrators of the site act as owners: somebody has to help where the owners are gone.

Who is in an organization or team gets at its repositories, so an access token that is for some of
them alone makes nobody an owner here, and one without push and delete changes nothing (case 16).
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.errors import NotAllowed
from accounts.models import (
    Membership,
    Namespace,
    Organization,
    OrganizationRole,
    Team,
    TeamMembership,
)
from accounts.principals import Principal


def is_member(principal: Principal, organization: Organization) -> bool:
    """Whether inner affairs may be seen."""
    return principal.is_administrator or _memberships(principal, organization).exists()


def is_owner(principal: Principal, organization: Organization) -> bool:
    """Whether everything may be seen and, but for a token's limits, changed."""
    if not _reaches_all(principal, organization):
        return False
    if principal.is_administrator:
        return True
    return _memberships(principal, organization).filter(role=OrganizationRole.OWNER).exists()


def may_fill(principal: Principal, team: Team) -> bool:
    """Whether members of the team may be added and removed."""
    if not _may_change(principal) or _is_frozen_for(principal, team.organization):
        return False
    if is_owner(principal, team.organization):
        return True
    return (
        principal.user is not None
        and _reaches_all(principal, team.organization)
        and TeamMembership.objects.filter(
            team=team, membership__user=principal.user, is_maintainer=True
        ).exists()
    )


def check_owner(principal: Principal, organization: Organization, *, reads: bool = False) -> None:
    """Raise NotAllowed for whoever is not an owner, and for tokens that are not for all of it."""
    if not (_reaches_all(principal, organization) and (reads or _may_change(principal))):
        name = organization.name
        message = _("This needs an access token for %(name)s/* that may pull, push and delete.") % {
            "name": name
        }
        raise NotAllowed(message)
    if organization.deleted_at or not is_owner(principal, organization):
        message = _("Only owners of %(name)s may do this.") % {"name": organization.name}
        raise NotAllowed(message)
    if not (reads or principal.is_administrator):
        check_not_frozen(organization)


def check_not_frozen(organization: Organization) -> None:
    """Raise NotAllowed while an administrator keeps the organization as it is."""
    frozen = Namespace.objects.filter(organization=organization, frozen_at__isnull=False)
    if frozen.exists():
        message = _("%(name)s is frozen: ask an administrator of this site to end that.") % {
            "name": organization.name
        }
        raise NotAllowed(message)


def may_choose_group(principal: Principal, organization: Organization) -> bool:
    """Whether teams may be filled from a group of the directory or provider.

    That makes members of people who were not asked, and tells who is in a group: where strangers
    may found organizations, it is for administrators of the site.
    """
    if organization.deleted_at or not _may_change(principal):
        return False
    if _is_frozen_for(principal, organization):
        return False
    if settings.TEAM_GROUPS == "administrators":
        return principal.is_administrator
    return is_owner(principal, organization)


def check_may_choose_group(principal: Principal, organization: Organization) -> None:
    """Raise NotAllowed for whoever may not fill teams from groups."""
    if not may_choose_group(principal, organization):
        message = _("Only administrators of this site may fill a team from a group.")
        raise NotAllowed(message)


def _is_frozen_for(principal: Principal, organization: Organization) -> bool:
    return not principal.is_administrator and organization.namespace.frozen_at is not None


def _reaches_all(principal: Principal, organization: Organization) -> bool:
    return principal.limits is None or principal.limits.reaches(f"{organization.name}/")


def _may_change(principal: Principal) -> bool:
    return principal.limits is None or principal.limits.has_every_action


def _memberships(principal: Principal, organization: Organization) -> QuerySet[Membership]:
    if principal.user is None or organization.deleted_at:
        return Membership.objects.none()
    return Membership.objects.filter(organization=organization, user=principal.user)
