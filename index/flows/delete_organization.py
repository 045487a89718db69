"""Delete an organization, once nothing is left in it."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone
from django.utils.translation import ngettext

from accounts.errors import OrganizationInUse
from accounts.flows.organizations import close_organization
from accounts.models import EndedOrganization, Organization
from accounts.organization_policy import check_owner
from accounts.principals import Principal
from index import trash
from index.flows.delete_repository import request_deletion
from index.flows.quotas import lock_namespace
from index.flows.reopen_organization import grants_that_end
from index.models import Repository, RepositoryState
from index.models.repository import RepositoryQuerySet


def repositories_left(organization: Organization) -> RepositoryQuerySet:
    """Return what must go first: with an organization nobody loses images by surprise."""
    in_the_way = (RepositoryState.ACTIVE, RepositoryState.DELETING)
    return _in_state(organization, *in_the_way).order_by("name")


def trash_left(organization: Organization) -> RepositoryQuerySet:
    """Return what lies in its trash: it comes back with the organization alone."""
    return _in_state(organization, RepositoryState.TRASHED).order_by("name")


def delete_organization(organization: Organization, *, by: Principal) -> EndedOrganization | None:
    """End memberships, teams, robots, invitations and domains; the name stays reserved.

    Where there is a trash it can be undone as long as things lie there: `reopen_organization`. What is
    in the trash stays there; without one it goes at once. The namespace is locked, so no repository
    begins at the same moment. Raises NotAllowed, or OrganizationInUse while repositories are left.
    """
    with transaction.atomic():
        namespace = lock_namespace(organization.namespace.pk)
        check_owner(by, organization)
        left = repositories_left(organization).count()
        if left:
            message = ngettext(
                "%(left)s repository is left in %(namespace)s. Delete it first.",
                "%(left)s repositories are left in %(namespace)s. Delete them first.",
                left,
            ) % {"left": left, "namespace": namespace}
            raise OrganizationInUse(message)
        if not trash.is_used():
            for repository in trash_left(organization).order_by("pk"):
                request_deletion(repository, by=by, at_once=True)
            return close_organization(organization, by=by)
        given = grants_that_end(organization)
        until = trash.end_for(timezone.now())
        ending = close_organization(organization, by=by, undo_until=until)
        if ending:
            ending.kept |= given
            ending.save(update_fields=["kept"])
        return ending


def _in_state(organization: Organization, *states: RepositoryState) -> RepositoryQuerySet:
    found: RepositoryQuerySet = Repository.objects.filter(
        namespace__organization=organization, state__in=states
    )
    return found
