"""Organizations, for administrators of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.manage import OwnedOutput, ReasonInput, owned_output
from accounts.api.pagination import paginated
from accounts.api.recent import Administrators, FactorShownLately
from accounts.api.views import APIView
from accounts.flows import manage_organizations
from accounts.models import Organization, User
from accounts.organization_search import SHOWN, search_organizations


class ManagedOrganizationOutput(serializers.ModelSerializer[Organization]):
    """What an administrator sees of an organization in a list."""

    owners = serializers.SerializerMethodField()
    has_owner = serializers.BooleanField(help_text="Whether one of the owners can log in.")
    members = serializers.IntegerField(source="member_count")
    plan = serializers.CharField(source="namespace.plan.name", default=None, allow_null=True)
    frozen_at = serializers.DateTimeField(source="namespace.frozen_at", allow_null=True)
    frozen_reason = serializers.CharField(source="namespace.frozen_reason")

    class Meta:
        """The fields, by name."""

        model = Organization
        fields: ClassVar[list[str]] = [
            "name", "display_name", "created_at", "members", "owners", "has_owner", "plan", "frozen_at",
            "frozen_reason",
        ]  # fmt: skip

    def get_owners(self, organization: Any) -> list[str]:
        """Return the user names, the first owner first."""
        return [one.user.username for one in organization.owners]


class OneManagedOrganizationOutput(ManagedOrganizationOutput):
    """The same of one, and how much it has."""

    owned = serializers.SerializerMethodField()

    class Meta(ManagedOrganizationOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*ManagedOrganizationOutput.Meta.fields, "owned"]

    @extend_schema(responses=OwnedOutput(many=True))
    def get_owned(self, organization: Organization) -> list[dict[str, Any]]:
        """Return how many of each kind."""
        return owned_output(organization.namespace)


class OwnerInput(ReasonInput):
    """Who is to own it, and why."""

    owner = serializers.CharField(max_length=30)


class ManagedOrganizations(APIView):
    """All organizations."""

    permission_classes = (Administrators,)

    @extend_schema(
        summary="List all organizations",
        parameters=[
            OpenApiParameter("q", str, description="A part of the name."),
            OpenApiParameter("show", str, enum=SHOWN),
        ],
        responses=ManagedOrganizationOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return a page of organizations, by name; those without an owner, or frozen, where asked for."""
        shown = request.query_params.get("show", "all")
        if shown not in SHOWN:
            raise ValidationError({"show": [f"It is one of {', '.join(SHOWN)}."]})
        found = search_organizations(request.query_params.get("q", "").strip()[:100], shown)
        return paginated(request, found, ManagedOrganizationOutput)


class ManagedOrganization(APIView):
    """One of them."""

    permission_classes = (Administrators,)

    @extend_schema(
        summary="Show an organization to administrators", responses=OneManagedOrganizationOutput
    )
    def get(self, request: Request, name: str) -> Response:
        """Return its owners, whether it is frozen and why, and how much it has."""
        return Response(OneManagedOrganizationOutput(_find(name)).data)


class _Step(APIView):
    permission_classes = (Administrators, FactorShownLately)
    flow: ClassVar[Callable[..., None]]

    @extend_schema(request=ReasonInput, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        sent = ReasonInput(data=request.data)
        sent.is_valid(raise_exception=True)
        type(self).flow(_find(name), by=principal_of(request), **sent.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Freeze(_Step):
    """Let nothing in an organization change; all can be pulled."""

    flow = staticmethod(manage_organizations.freeze)


class Unfreeze(_Step):
    """Let the people of an organization go on."""

    flow = staticmethod(manage_organizations.unfreeze)


class GiveOwner(APIView):
    """An owner for one that has none."""

    permission_classes = (Administrators, FactorShownLately)

    @extend_schema(request=OwnerInput, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """Make somebody the owner of an organization that nobody owns who can log in."""
        sent = OwnerInput(data=request.data)
        sent.is_valid(raise_exception=True)
        to = User.objects.filter(username=sent.validated_data["owner"]).first()
        if to is None:
            raise ValidationError({"owner": ["Nobody has this user name."]})
        manage_organizations.give_owner(
            _find(name), to=to, by=principal_of(request), reason=sent.validated_data["reason"]
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


def _find(name: str) -> Organization:
    found: Organization = get_object_or_404(search_organizations(""), name=name)
    return found
