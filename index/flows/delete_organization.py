"""Delete an organization, once nothing is left in it."""

from __future__ import annotations

from django.db import transaction

from accounts.errors import OrganizationInUse
from accounts.flows.organizations import close_organization
from accounts.models import Organization
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from index.flows.delete_repository import request_deletion
from index.flows.quotas import lock_namespace
from index.models import Repository, RepositoryState
from index.models.repository import RepositoryQuerySet


def repositories_left(organization: Organization) -> RepositoryQuerySet:
    """Return what must go first: with an organization nobody loses images by surprise."""
    in_the_way = (RepositoryState.ACTIVE, RepositoryState.DELETING)
    return _in_state(organization, *in_the_way).order_by("name")


def trash_left(organization: Organization) -> RepositoryQuerySet:
    """Return what goes for good with it: nobody is left to have it back."""
    return _in_state(organization, RepositoryState.TRASHED).order_by("name")


def delete_organization(organization: Organization, *, by: Principal) -> None:
    """End memberships, teams, robots, invitations, domains and trash; the name stays reserved.

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
        for repository in trash_left(organization).order_by("pk"):
            request_deletion(repository, by=by, at_once=True)
        close_organization(organization, by=by)


def _in_state(organization: Organization, *states: RepositoryState) -> RepositoryQuerySet:
    found: RepositoryQuerySet = Repository.objects.filter(
        namespace__organization=organization, state__in=states
    )
    return found
