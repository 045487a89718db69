"""People, for administrators of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.credentials import AddressOutput
from accounts.api.recent import Administrators, FactorShownLately
from accounts.api.views import APIView, ListAPIView
from accounts.flows import manage_people
from accounts.flows.site_invitations import invite_to_site, revoke_site_invitation
from accounts.models import Invitation, Membership, Namespace, OrganizationRole, User
from accounts.owned import owned_by
from accounts.people_search import everybody, search_people


class PersonOutput(serializers.ModelSerializer[User]):
    """What an administrator sees in a list."""

    is_verified = serializers.BooleanField(source="is_proven", read_only=True)

    class Meta:
        """The fields, by name."""

        model = User
        fields: ClassVar[list[str]] = [
            "username", "display_name", "email", "is_verified", "is_active", "is_superuser",
            "date_joined", "closed_at",
        ]  # fmt: skip


class MembershipOutput(serializers.Serializer[Membership]):
    """An organization that a person is in."""

    organization = serializers.CharField(source="organization.name")
    role = serializers.ChoiceField(choices=OrganizationRole.choices)


class OwnedOutput(serializers.Serializer[Any]):
    """How many of a kind a namespace has."""

    kind = serializers.CharField()
    count = serializers.IntegerField()


class OnePersonOutput(PersonOutput):
    """What an administrator sees of one account; who did what with it is in the audit."""

    has_second_factor = serializers.BooleanField(source="has_factor", read_only=True)
    addresses = AddressOutput(source="emailaddress_set", many=True)
    memberships = MembershipOutput(many=True)
    owned = serializers.SerializerMethodField()

    class Meta(PersonOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [
            *PersonOutput.Meta.fields, "has_second_factor", "addresses", "memberships", "owned",
        ]  # fmt: skip

    @extend_schema(responses=OwnedOutput(many=True))
    def get_owned(self, user: User) -> list[dict[str, Any]]:
        """Return how many of each kind."""
        return owned_output(user.namespace)


class ReasonInput(serializers.Serializer[Any]):
    """Why."""

    reason = serializers.CharField(max_length=200)


class SiteInvitationOutput(serializers.ModelSerializer[Invitation]):
    """An open invitation."""

    class Meta:
        """The fields, by name."""

        model = Invitation
        fields: ClassVar[list[str]] = ["id", "email", "created_at", "expires_at"]


class SiteInvitationInput(serializers.Serializer[Any]):
    """Whom to invite."""

    email = serializers.CharField(max_length=254)


class People(ListAPIView[User]):
    """All accounts; `?q=` finds by a part of user name, name or address."""

    permission_classes = (Administrators,)
    serializer_class = PersonOutput

    @extend_schema(parameters=[OpenApiParameter("q", str, description="Part of a name.")])
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of the accounts, by name."""
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> Any:
        """Return those that the word is part of."""
        return search_people(self.request.query_params.get("q", "").strip()[:100])


class OnePerson(APIView):
    """One account."""

    permission_classes = (Administrators,)

    @extend_schema(summary="Show an account", responses=OnePersonOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return its addresses, what it is in, and how much it has."""
        found = everybody().prefetch_related("emailaddress_set", "memberships__organization")
        return Response(OnePersonOutput(get_object_or_404(found, username=name)).data)


class _Step(APIView):
    permission_classes = (Administrators, FactorShownLately)
    flow: ClassVar[Callable[..., None]]

    @extend_schema(request=ReasonInput, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        sent = ReasonInput(data=request.data)
        sent.is_valid(raise_exception=True)
        user = get_object_or_404(User, username=name)
        type(self).flow(user, by=principal_of(request), **sent.validated_data)
        return Response(status=status.HTTP_204_NO_CONTENT)


class Disable(_Step):
    """Let nobody in with an account."""

    flow = staticmethod(manage_people.disable)


class Enable(_Step):
    """Let a person in again."""

    flow = staticmethod(manage_people.enable)


class ResetSecondFactor(_Step):
    """Take away factors that were lost."""

    flow = staticmethod(manage_people.reset_second_factor)


class LogOut(_Step):
    """End every session and every docker login of a person, who is told by mail."""

    flow = staticmethod(manage_people.end_sessions)


class VerifyAddress(_Step):
    """Count the primary address of a person as proven."""

    flow = staticmethod(manage_people.verify_address)


class Appoint(_Step):
    """Make a person an administrator of the site."""

    flow = staticmethod(manage_people.appoint)


class Dismiss(_Step):
    """Make an administrator an ordinary person."""

    flow = staticmethod(manage_people.dismiss)


class SiteInvitations(ListAPIView[Invitation]):
    """Open invitations to make an account."""

    permission_classes = (Administrators,)
    serializer_class = SiteInvitationOutput

    def get_queryset(self) -> Any:
        """Return the newest first."""
        return Invitation.objects.open().filter(organization=None).order_by("-created_at", "-pk")

    @extend_schema(request=SiteInvitationInput, responses={201: SiteInvitationOutput})
    def post(self, request: Request) -> Response:
        """Invite somebody by mail."""
        sent = SiteInvitationInput(data=request.data)
        sent.is_valid(raise_exception=True)
        made = invite_to_site(sent.validated_data["email"], by=principal_of(request))
        return Response(SiteInvitationOutput(made).data, status.HTTP_201_CREATED)


class OneSiteInvitation(APIView):
    """One of them."""

    permission_classes = (Administrators,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, invitation_id: int) -> Response:
        """Take an invitation back."""
        found = get_object_or_404(Invitation, pk=invitation_id, organization=None)
        revoke_site_invitation(found, by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def owned_output(namespace: Namespace) -> list[dict[str, Any]]:
    """Return how many of each kind a namespace has."""
    return [{"kind": kind, "count": count} for kind, count in owned_by(namespace)]
