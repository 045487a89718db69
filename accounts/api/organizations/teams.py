"""Teams of an organization, and who is in them."""

from __future__ import annotations

from typing import ClassVar

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.organization_view import OrganizationView
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.errors import AlreadyMember
from accounts.flows.follow_group import LONGEST_GROUP, follow_group
from accounts.flows.teams import (
    add_to_team,
    change_maintainer,
    change_team,
    create_team,
    delete_team,
    remove_from_team,
)
from accounts.models import Organization, Team, TeamMembership


class TeamInput(serializers.Serializer[Team]):
    """A new team."""

    name = serializers.CharField(max_length=30)
    description = serializers.CharField(max_length=200, allow_blank=True, default="")


class TeamChange(serializers.Serializer[Team]):
    """What may be changed; what is left out stays."""

    name = serializers.CharField(max_length=30, required=False)
    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    external_group = serializers.CharField(
        max_length=LONGEST_GROUP,
        allow_blank=True,
        required=False,
        trim_whitespace=False,
        help_text="The group of single sign-on or the directory that fills it, letter by letter; "
        "empty for none. For whom WAYBILL_TEAM_GROUPS allows.",
    )


class TeamOutput(serializers.ModelSerializer[Team]):
    """A team, to members of its organization."""

    class Meta:
        """The fields, by name."""

        model = Team
        fields: ClassVar[list[str]] = ["name", "description", "external_group"]


class PlaceInput(serializers.Serializer[TeamMembership]):
    """What someone is in a team; without it, it stays as it is."""

    is_maintainer = serializers.BooleanField(required=False)


class PlaceOutput(serializers.Serializer[TeamMembership]):
    """Someone in a team."""

    username = serializers.CharField(source="membership.user.username")
    is_maintainer = serializers.BooleanField()


class Teams(OrganizationView):
    """All teams."""

    @extend_schema(responses=TeamOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the teams."""
        organization = self.find_for_members(request, name)
        return paginated(request, organization.teams.order_by("name"), TeamOutput)

    @extend_schema(request=TeamInput, responses={201: TeamOutput})
    def post(self, request: Request, name: str) -> Response:
        """Create an empty team."""
        organization = self.find_for_owners(request, name)
        asked = TeamInput(data=request.data)
        asked.is_valid(raise_exception=True)
        team = create_team(organization, by=principal_of(request), **asked.validated_data)
        return Response(TeamOutput(team).data, status=201)


class OneTeam(OrganizationView):
    """One team."""

    @extend_schema(responses=TeamOutput, operation_id="organization_team_retrieve")
    def get(self, request: Request, name: str, team: str) -> Response:
        """Return the team."""
        return Response(TeamOutput(_find(self.find_for_members(request, name), team)).data)

    def hold(self, request: Request, name: str, team: str) -> None:
        """Keep the teams as they are now."""
        organization = self.find_for_owners(request, name)
        _find(organization, team)
        self.hold_rows(organization)

    @extend_schema(request=TeamChange, responses=TeamOutput)
    @conditional
    def patch(self, request: Request, name: str, team: str) -> Response:
        """Rename or describe a team; grants go by the team, not by its name."""
        found = _find(self.find_for_owners(request, name), team)
        asked = TeamChange(data=request.data)
        asked.is_valid(raise_exception=True)
        wanted, by = asked.validated_data, principal_of(request)
        with transaction.atomic():
            change_team(
                found,
                by=by,
                name=wanted.get("name", found.name),
                description=wanted.get("description", found.description),
            )
            if "external_group" in wanted:
                follow_group(found, by=by, group=wanted["external_group"])
        return Response(TeamOutput(found).data)

    @extend_schema(responses={204: None})
    @conditional
    def delete(self, request: Request, name: str, team: str) -> Response:
        """Delete a team; what it was granted ends."""
        delete_team(_find(self.find_for_owners(request, name), team), by=principal_of(request))
        return Response(status=204)


class TeamMembers(OrganizationView):
    """Who is in a team."""

    @extend_schema(responses=PlaceOutput(many=True))
    def get(self, request: Request, name: str, team: str) -> Response:
        """Return a page of the team's members, maintainers first."""
        found = _find(self.find_for_members(request, name), team)
        places = found.memberships.select_related("membership__user")
        ordered = places.order_by("-is_maintainer", "membership__user__username")
        return paginated(request, ordered, PlaceOutput)


class TeamMember(OrganizationView):
    """Someone in a team."""

    @extend_schema(request=PlaceInput, responses=PlaceOutput)
    def put(self, request: Request, name: str, team: str, username: str) -> Response:
        """Put a member of the organization into the team; owners also choose maintainers."""
        found = _find(self.find_for_members(request, name), team)
        asked = PlaceInput(data=request.data)
        asked.is_valid(raise_exception=True)
        by = principal_of(request)
        try:
            place = add_to_team(found, by=by, username=username)
        except AlreadyMember:  # PUT twice is once
            place = _find_place(found, username)
        if "is_maintainer" in asked.validated_data:
            wanted = asked.validated_data["is_maintainer"]
            change_maintainer(place, by=by, is_maintainer=wanted)
        return Response(PlaceOutput(place).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, team: str, username: str) -> Response:
        """Take someone out of the team."""
        found = _find(self.find_for_members(request, name), team)
        remove_from_team(_find_place(found, username), by=principal_of(request))
        return Response(status=204)


def _find(organization: Organization, name: str) -> Team:
    team = organization.teams.select_related("organization__namespace").filter(name=name).first()
    if team is None:
        raise Http404
    return team


def _find_place(team: Team, username: str) -> TeamMembership:
    places = team.memberships.select_related("team__organization__namespace", "membership__user")
    place = places.filter(membership__user__username=username).first()
    if place is None:
        raise Http404
    return place
