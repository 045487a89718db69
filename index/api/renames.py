"""Another name for an organization. For sessions alone."""

from __future__ import annotations

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.recent import require_confirmed_session
from accounts.api.views import APIView
from accounts.models import Namespace, Organization
from index.flows.rename_namespace import rename_organization


class RenameInput(serializers.Serializer[Organization]):
    """The new name."""

    name = serializers.CharField(max_length=30)


class RenameOutput(serializers.Serializer[Organization]):
    """The name that it has now."""

    name = serializers.CharField()


class OrganizationRename(APIView):
    """The name of an organization."""

    @extend_schema(request=RenameInput, responses=RenameOutput)
    def post(self, request: Request, name: str) -> Response:
        """Rename the organization and all its repositories; the old name keeps leading to it."""
        called = Namespace.objects.called(name)
        found = Organization.objects.filter(namespace__in=called, deleted_at=None).first()
        if found is None:
            raise Http404
        require_confirmed_session(request, "Renaming an organization")
        asked = RenameInput(data=request.data)
        asked.is_valid(raise_exception=True)
        rename_organization(found, to=asked.validated_data["name"], by=principal_of(request))
        return Response(RenameOutput(found).data)
