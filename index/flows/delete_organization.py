"""Delete an organization, once nothing is left in it."""

from __future__ import annotations

from django.db import transaction

from accounts.errors import OrganizationInUse
from accounts.flows.organizations import close_organization
from accounts.models import Organization
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from index.flows.quotas import lock_namespace
from index.models import Repository, RepositoryState
from index.models.repository import RepositoryQuerySet


def repositories_left(organization: Organization) -> RepositoryQuerySet:
    """Return what must go first: with an organization nobody loses images by surprise."""
    kept: RepositoryQuerySet = Repository.objects.filter(
        namespace__organization=organization
    ).exclude(state=RepositoryState.DELETED)
    return kept.order_by("name")


def delete_organization(organization: Organization, *, by: Principal) -> None:
    """End memberships, teams, robots, invitations and domains; the name stays reserved.

    The namespace is locked, so no repository begins at the same moment. Raises NotAllowed, or
    OrganizationInUse while repositories are left.
    """
    with transaction.atomic():
        namespace = lock_namespace(organization.namespace.pk)
        check_owner(by, organization)
        left = repositories_left(organization).count()
        if left:
            noun = "repository is" if left == 1 else "repositories are"
            message = f"{left} {noun} left in {namespace}. Delete them first."
            raise OrganizationInUse(message)
        close_organization(organization, by=by)
