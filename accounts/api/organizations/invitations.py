"""Invitations into an organization. Answers are in `own_invitations`."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import (
    OrganizationView,
)
from accounts.api.pagination import paginated
from accounts.api.recent import require_confirmed_session
from accounts.flows.invitations import revoke_invitation, send_again, send_invitation
from accounts.models import Invitation, Organization, OrganizationRole, Team


class InvitationInput(serializers.Serializer[Invitation]):
    """Whom, as what, and into which team at once."""

    invitee = serializers.CharField(max_length=254, help_text="A user name or an e-mail address.")
    role = serializers.ChoiceField(
        choices=OrganizationRole.choices, default=OrganizationRole.MEMBER.value
    )
    team = serializers.CharField(max_length=30, required=False, allow_null=True, default=None)


class InvitationOutput(serializers.Serializer[Invitation]):
    """An invitation, to owners; its link is in the mail alone."""

    id = serializers.IntegerField()
    username = serializers.CharField(source="user.username", default=None, allow_null=True)
    email = serializers.CharField(allow_null=True)
    role = serializers.CharField()
    team = serializers.CharField(source="team.name", default=None, allow_null=True)
    invited_by = serializers.CharField(source="invited_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class Invitations(OrganizationView):
    """Invitations that wait for an answer."""

    @extend_schema(responses=InvitationOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the open invitations."""
        organization = self.find_for_owners(request, name)
        waiting = Invitation.objects.open().filter(organization=organization)
        rows = waiting.select_related("user", "team", "invited_by").order_by("-pk")
        return paginated(request, rows, InvitationOutput)

    @extend_schema(request=InvitationInput, responses={201: InvitationOutput})
    def post(self, request: Request, name: str) -> Response:
        """Invite someone; an owner only with a session."""
        organization = self.find_for_owners(request, name)
        asked = InvitationInput(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        role = OrganizationRole(given["role"])
        if role == OrganizationRole.OWNER:
            require_confirmed_session(request, "Inviting an owner")
        invitation = send_invitation(
            organization,
            by=principal_of(request),
            invitee=given["invitee"],
            role=role,
            team=_find_team(organization, given["team"]),
        )
        return Response(InvitationOutput(invitation).data, status=201)


class OneInvitation(OrganizationView):
    """One invitation; one of another organization is not found (case 19)."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, invitation_id: int) -> Response:
        """Revoke an invitation."""
        organization = self.find_for_owners(request, name)
        revoke_invitation(find_invitation(organization, invitation_id), by=principal_of(request))
        return Response(status=204)


class InvitationAgain(OrganizationView):
    """One invitation, once more."""

    @extend_schema(request=None, responses=InvitationOutput)
    def post(self, request: Request, name: str, invitation_id: int) -> Response:
        """Send a new link for another week; the old one opens nothing any more."""
        organization = self.find_for_owners(request, name)
        invitation = find_invitation(organization, invitation_id)
        if invitation.role == OrganizationRole.OWNER:
            require_confirmed_session(request, "Inviting an owner")
        send_again(invitation, by=principal_of(request))
        invitation.refresh_from_db()
        return Response(InvitationOutput(invitation).data)


def find_invitation(organization: Organization, invitation_id: int) -> Invitation:
    """Return an invitation of this organization."""
    found = organization.invitations.filter(pk=invitation_id).first()
    if found is None:
        raise Http404
    return found


def _find_team(organization: Organization, name: str | None) -> Team | None:
    if name is None:
        return None
    team = organization.teams.filter(name=name).first()
    if team is None:
        message = {"team": [f"There is no team {name}."]}
        raise serializers.ValidationError(message)
    return team
