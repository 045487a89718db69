"""What every view about an organization shares: how one is found, and what needs a browser."""

from __future__ import annotations

from django.http import Http404
from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request

from accounts.api.auth import principal_of
from accounts.api.views import APIView
from accounts.models import Membership, Namespace, Organization, User
from accounts.organization_policy import check_owner, is_member


class OrganizationView(APIView):
    """About one organization, for its members."""

    part = "organizations"

    def find(self, name: str) -> Organization:
        """Return the organization, whoever asks."""
        organizations = Organization.objects.select_related("namespace")
        called = Namespace.objects.called(name)  # names of the past lead here, too
        found = organizations.filter(namespace__in=called, deleted_at=None).first()
        if found is None:
            raise Http404
        return found

    def find_for_members(self, request: Request, name: str) -> Organization:
        """Return the organization; inside, it does not exist for others."""
        organization = self.find(name)
        if not is_member(principal_of(request), organization):
            raise Http404
        return organization

    def find_for_owners(self, request: Request, name: str) -> Organization:
        """Return the organization: 404 to strangers, 403 to members who do not own it."""
        organization = self.find_for_members(request, name)
        reads = request.method in SAFE_METHODS  # flows ask again before they change anything
        check_owner(principal_of(request), organization, reads=reads)
        return organization

    def find_member(self, organization: Organization, username: str) -> Membership:
        """Return someone's membership."""
        members = organization.memberships.select_related("user", "organization__namespace")
        membership = members.filter(user__username=username).first()
        if membership is None:
            raise Http404
        return membership

    def hold_rows(self, organization: Organization) -> None:
        """Keep it with its members and teams as they are now; the namespace first, as everywhere."""
        spaces = Namespace.objects.select_for_update(no_key=True)
        spaces.filter(organization=organization).first()
        Organization.objects.select_for_update().filter(pk=organization.pk).first()


def signed_in_user(request: Request) -> User:
    """Return the person who asks; machines are none."""
    user = principal_of(request).user
    if user is None:
        raise PermissionDenied
    return user
