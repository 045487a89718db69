"""Organizations in the trash, and the way back. For sessions alone: it lets people in again."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.views import APIView
from accounts.flows.reopen_organization import endings_of, left_meanwhile
from accounts.models import EndedOrganization
from index.flows.reopen_organization import reopen_organization


class EndedOrganizationOutput(serializers.Serializer[EndedOrganization]):
    """A deleted organization that can be had back until a time."""

    id = serializers.IntegerField(source="pk")
    organization = serializers.CharField(source="organization.name")
    ended_by = serializers.CharField(source="ended_by.username", default=None, allow_null=True)
    ended_at = serializers.DateTimeField()
    undo_until = serializers.DateTimeField()


class ReopenedOutput(serializers.Serializer[Any]):
    """What came back."""

    organization = serializers.CharField()
    without_seat = serializers.ListField(
        child=serializers.CharField(),
        help_text="Who left a group meanwhile, and gets no seat in a team that it fills.",
    )


class EndedOrganizations(APIView):
    """What may be had back."""

    @extend_schema(
        summary="List organizations in the trash", responses=EndedOrganizationOutput(many=True)
    )
    def get(self, request: Request) -> Response:
        """Return a page of one's former organizations, all of them to administrators."""
        found = endings_of(principal_of(request)).order_by("-ended_at", "-pk")
        return paginated(request, found, EndedOrganizationOutput)


class ReopenOrganization(APIView):
    """The way back of one."""

    @extend_schema(
        summary="Undo the deletion of an organization", request=None, responses=ReopenedOutput
    )
    def post(self, request: Request, ending_id: int) -> Response:
        """Open it again with everyone and everything but for open invitations."""
        by = principal_of(request)
        ending = get_object_or_404(endings_of(by), pk=ending_id)
        organization = reopen_organization(ending, by=by)
        body = {"organization": organization.name, "without_seat": left_meanwhile(ending)}
        return Response(ReopenedOutput(body).data)
