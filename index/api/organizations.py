"""Delete an organization: here, because whether repositories are left is for index to know."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organizations import OneOrganization
from accounts.api.preconditions import conditional
from accounts.api.recent import require_confirmed_session
from index.flows.delete_organization import delete_organization


class Organization(OneOrganization):
    """One organization."""

    sessions_alone = ("DELETE",)

    def hold(self, request: Request, name: str) -> None:
        """Keep the organization as it is now."""
        super().hold(request, name)
        if request.method == "DELETE":
            require_confirmed_session(request, "Deleting an organization")

    @extend_schema(responses={204: None})
    @conditional
    def delete(self, request: Request, name: str) -> Response:
        """Delete an organization without repositories, with a session alone; the name stays reserved."""
        organization = self.find_for_owners(request, name)
        require_confirmed_session(request, "Deleting an organization")
        delete_organization(organization, by=principal_of(request))
        return Response(status=204)
