"""Invitations that wait for one's own answer. For sessions alone: they let people in."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.organizations.organization_view import signed_in_user
from accounts.api.pagination import paginated
from accounts.api.views import APIView
from accounts.flows.answer_invitation import accept_invitation, decline_invitation
from accounts.models import Invitation, OrganizationRole


class OwnInvitationOutput(serializers.Serializer[Invitation]):
    """What one is invited to."""

    id = serializers.IntegerField()
    organization = serializers.CharField(source="organization.name")
    role = serializers.ChoiceField(choices=OrganizationRole.choices)
    team = serializers.CharField(source="team.name", default=None, allow_null=True)
    invited_by = serializers.CharField(source="invited_by.username", default=None, allow_null=True)
    expires_at = serializers.DateTimeField()


class OwnInvitations(APIView):
    """Invitations for one's account, or for an address that one has proven."""

    @extend_schema(responses=OwnInvitationOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of the invitations that wait for an answer."""
        waiting = Invitation.objects.waiting_for(signed_in_user(request)).select_related("team")
        return paginated(request, waiting, OwnInvitationOutput)


class AcceptInvitation(APIView):
    """One's place in an organization."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, invitation_id: int) -> Response:
        """Become a member, as what the invitation was sent for."""
        accept_invitation(_find(request, invitation_id), by=signed_in_user(request))
        return Response(status=204)


class DeclineInvitation(APIView):
    """No place in an organization."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, invitation_id: int) -> Response:
        """Decline an invitation."""
        decline_invitation(_find(request, invitation_id), by=signed_in_user(request))
        return Response(status=204)


def _find(request: Request, invitation_id: int) -> Invitation:
    """Return it; one for another account is not found (case 19)."""
    found = Invitation.objects.filter(pk=invitation_id, organization__deleted_at=None).first()
    if found is None or not found.organization_id or not found.is_for(signed_in_user(request)):
        raise Http404
    return found
