"""Create organizations and fill them with people."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from accounts.errors import NameTaken
from accounts.models import Membership, Namespace, Organization, OrganizationRole, User
from accounts.names import check_organization_name


def create_organization(name: str, *, owner: User, display_name: str = "") -> Organization:
    """Create the organization, claim its namespace and make `owner` its first owner.

    Raises NameInvalid, NameReserved or NameTaken.
    """
    check_organization_name(name)
    try:
        with transaction.atomic():
            organization = Organization.objects.create(name=name, display_name=display_name)
            Namespace.objects.create(name=name, organization=organization)
            Membership.objects.create(
                organization=organization, user=owner, role=OrganizationRole.OWNER
            )
    except IntegrityError as error:
        message = f"The name {name} is taken. Choose another one."
        raise NameTaken(message) from error
    return organization
