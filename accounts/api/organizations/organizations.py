"""Organizations: one's own, a new one, one by name."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import (
    OrganizationView,
    signed_in_user,
)
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.api.recent import require_confirmed_session
from accounts.api.views import APIView
from accounts.flows.organizations import (
    Profile,
    change_rules,
    create_organization,
    describe_organization,
)
from accounts.models import Organization
from accounts.organization_policy import is_member

_PROFILE = ("display_name", "description", "location", "link")
_RULES = ("members_may_create", "requires_second_factor")


class OrganizationInput(serializers.Serializer[Organization]):
    """A new organization."""

    name = serializers.CharField(max_length=30)
    display_name = serializers.CharField(max_length=80, allow_blank=True, default="")


class OrganizationChange(serializers.Serializer[Organization]):
    """What may be changed; what is left out stays."""

    display_name = serializers.CharField(max_length=80, allow_blank=True, required=False)
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    location = serializers.CharField(max_length=80, allow_blank=True, required=False)
    link = serializers.CharField(max_length=200, allow_blank=True, required=False)
    members_may_create = serializers.BooleanField(required=False)
    requires_second_factor = serializers.BooleanField(required=False)


class OrganizationOutput(serializers.ModelSerializer[Organization]):
    """What anyone may see."""

    verified_domains = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = Organization
        fields: ClassVar[list[str]] = ["name", *_PROFILE, "created_at", "verified_domains"]

    def get_verified_domains(self, organization: Organization) -> list[str]:
        """Return the domains that it has proven to be its own."""
        proven = organization.domains.filter(verified_at__isnull=False)
        return list(proven.order_by("name").values_list("name", flat=True))


class OrganizationOutputForMembers(OrganizationOutput):
    """What its members see."""

    class Meta(OrganizationOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*OrganizationOutput.Meta.fields, *_RULES]


class Organizations(APIView):
    """One's organizations."""

    part = "organizations"

    @extend_schema(responses=OrganizationOutputForMembers(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of the organizations that one is in."""
        mine = Organization.objects.filter(members=signed_in_user(request), deleted_at=None)
        return paginated(request, mine.order_by("name"), OrganizationOutputForMembers)

    @extend_schema(request=OrganizationInput, responses={201: OrganizationOutputForMembers})
    def post(self, request: Request) -> Response:
        """Create an organization and be its first owner."""
        asked = OrganizationInput(data=request.data)
        asked.is_valid(raise_exception=True)
        organization = create_organization(
            **asked.validated_data, owner=signed_in_user(request), by=principal_of(request)
        )
        return Response(OrganizationOutputForMembers(organization).data, status=201)


class OneOrganization(OrganizationView):
    """One organization; deleting it is `index.api.organizations`'."""

    is_open = True

    @extend_schema(responses=OrganizationOutputForMembers, operation_id="organization_retrieve")
    def get(self, request: Request, name: str) -> Response:
        """Return what anyone may see, and to members its rules as well."""
        organization = self.find(name)
        inside = is_member(principal_of(request), organization)
        output = OrganizationOutputForMembers if inside else OrganizationOutput
        return Response(output(organization).data)

    def hold(self, request: Request, name: str) -> None:
        """Keep the organization as it is now."""
        self.hold_rows(self.find_for_owners(request, name))

    @extend_schema(request=OrganizationChange, responses=OrganizationOutputForMembers)
    @conditional
    def patch(self, request: Request, name: str) -> Response:
        """Change profile and rules; an end of demanding two factors needs a session."""
        organization = self.find_for_owners(request, name)
        asked = OrganizationChange(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        if organization.requires_second_factor and given.get("requires_second_factor") is False:
            require_confirmed_session(request, "To demand two factors no longer")
        by = principal_of(request)
        if any(field in given for field in _RULES):
            rules = {field: given.get(field, getattr(organization, field)) for field in _RULES}
            change_rules(organization, by=by, **rules)
        if any(field in given for field in _PROFILE):
            texts = {field: given.get(field, getattr(organization, field)) for field in _PROFILE}
            describe_organization(organization, by=by, profile=Profile(**texts))
        return Response(OrganizationOutputForMembers(organization).data)
