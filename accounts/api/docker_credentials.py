"""What docker gets in place of an access token, a robot's secret or a session: good for an hour."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import SecretAuthentication, may_use, principal_of
from accounts.api.views import APIView
from accounts.credential_kinds import Use
from accounts.flows.issue_docker_credential import issue_docker_credential


class DockerCredentialOutput(serializers.Serializer[Any]):
    """What docker logs in with; the secret is in no other answer."""

    username = serializers.CharField()
    secret = serializers.CharField()
    expires_at = serializers.DateTimeField()


class OfWhatLastsLonger(BasePermission):
    """For credentials that others are made of, whichever parts of the API they open."""

    code = "denied"

    def has_permission(self, request: Request, view: Any) -> bool:
        """Return whether to go on."""
        return may_use(request, Use.DOCKER_CREDENTIALS)


class DockerCredentials(APIView):
    """Credentials for docker."""

    authentication_classes = (SecretAuthentication,)
    permission_classes = (OfWhatLastsLonger,)
    use = Use.DOCKER_CREDENTIALS
    opened_by = ("accessToken", "robotSecret", "commandLine")
    shown_once = "credentials/docker"

    @extend_schema(
        summary="Make a credential for docker",
        request=None,
        responses={201: DockerCredentialOutput},
    )
    def post(self, request: Request) -> Response:
        """Make one of the access token, robot's secret or session that is shown. It opens what docker needs, no
        more than that does, for an hour at most, and ends with it.
        """
        made = issue_docker_credential(principal_of(request))
        return Response(DockerCredentialOutput(made).data, status.HTTP_201_CREATED)
