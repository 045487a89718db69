"""Members of an organization: list, change the role, remove, leave."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import (
    OrganizationView,
)
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.api.recent import require_confirmed_session
from accounts.flows.memberships import change_role, leave_organization, remove_member
from accounts.models import Membership, OrganizationRole
from accounts.organization_policy import check_owner


class RoleInput(serializers.Serializer[Membership]):
    """A role."""

    role = serializers.ChoiceField(choices=OrganizationRole.choices)


class MemberOutput(serializers.Serializer[Membership]):
    """A member, to other members."""

    username = serializers.CharField(source="user.username")
    role = serializers.CharField()
    is_managed = serializers.BooleanField(help_text="Came with a group, and goes with it.")
    since = serializers.DateTimeField(source="created_at")


class Members(OrganizationView):
    """Who is in the organization."""

    @extend_schema(responses=MemberOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the members, owners first."""
        members = self.find_for_members(request, name).memberships.select_related("user")
        return paginated(request, members.order_by("-role", "user__username"), MemberOutput)


class Member(OrganizationView):
    """One member."""

    @extend_schema(responses=MemberOutput, operation_id="organization_member_retrieve")
    def get(self, request: Request, name: str, username: str) -> Response:
        """Return the member."""
        organization = self.find_for_members(request, name)
        return Response(MemberOutput(self.find_member(organization, username)).data)

    def hold(self, request: Request, name: str, username: str) -> None:
        """Keep the members as they are now."""
        organization, is_change = self.find_for_members(request, name), request.method == "PATCH"
        if is_change or principal_of(request).name != username:
            check_owner(principal_of(request), organization)
        member = self.find_member(organization, username)
        if is_change or member.role == OrganizationRole.OWNER:
            require_confirmed_session(request, "Changing who is an owner")
        self.hold_rows(organization)

    @extend_schema(request=RoleInput, responses=MemberOutput)
    @conditional
    def patch(self, request: Request, name: str, username: str) -> Response:
        """Change the role: a matter of owners, so only with a session."""
        membership = self.find_member(self.find_for_owners(request, name), username)
        asked = RoleInput(data=request.data)
        asked.is_valid(raise_exception=True)
        require_confirmed_session(request, "Changing who is an owner")
        role = OrganizationRole(asked.validated_data["role"])
        change_role(membership, by=principal_of(request), role=role)
        membership.refresh_from_db()
        return Response(MemberOutput(membership).data)

    @extend_schema(responses={204: None})
    @conditional
    def delete(self, request: Request, name: str, username: str) -> Response:
        """Remove someone, or leave oneself; an owner only with a session."""
        organization = self.find_for_members(request, name)
        by = principal_of(request)
        if by.name != username:
            check_owner(by, organization)
        membership = self.find_member(organization, username)
        if membership.role == OrganizationRole.OWNER:
            require_confirmed_session(request, "Removing an owner")
        if by.user == membership.user:
            leave_organization(membership, by=by)
        else:
            remove_member(membership, by=by)
        return Response(status=204)
