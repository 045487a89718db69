"""People, for administrators of the site."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.auth import principal_of
from accounts.api.recent import Administrators, ConfirmedLately
from accounts.flows import manage_people
from accounts.flows.site_invitations import invite_to_site, revoke_site_invitation
from accounts.models import Invitation, User
from accounts.people_search import search_people


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

    def get_queryset(self) -> Any:
        """Return those that the word is part of."""
        return search_people(self.request.query_params.get("q", "").strip()[:100])


class _Step(APIView):
    permission_classes = (Administrators, ConfirmedLately)
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
