"""Secrets of robot accounts. For sessions alone, of owners of the namespace."""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.recent import ConfirmedToMake
from accounts.api.views import APIView
from accounts.flows.robot_secrets import NewSecret, add_secret, revoke_secret, rotate_secret
from accounts.models import Namespace, RobotAccount, RobotSecret
from accounts.principals import Principal
from accounts.snippets import login_command


class RobotSecretOutput(serializers.ModelSerializer[RobotSecret]):
    """A secret without what is secret of it."""

    begins_with = serializers.CharField(source="public_part", read_only=True)

    class Meta:
        """The fields, by name."""

        model = RobotSecret
        fields: ClassVar[list[str]] = [
            "id", "label", "begins_with", "created_at", "expires_at", "last_used_at",
            "last_used_address",
        ]  # fmt: skip


class NewSecretOutput(serializers.Serializer[Any]):
    """A new secret; it is in no other answer."""

    details = RobotSecretOutput()
    secret = serializers.CharField()
    docker_login = serializers.CharField()


class SecretInput(serializers.Serializer[Any]):
    """A new secret; `null` never expires."""

    label = serializers.CharField(  # type: ignore[assignment]  # the field's name in the body
        max_length=80, allow_blank=True, default=""
    )
    expires_at = serializers.DateTimeField(allow_null=True)


class RotationInput(serializers.Serializer[Any]):
    """When the old one ends: 0, 1, 24, 72 or 168 hours from now."""

    overlap_hours = serializers.IntegerField(default=24)


class RobotSecrets(APIView):
    """Secrets of a robot."""

    shown_once = "robots/{name}/secrets/{details[id]}"
    permission_classes = (ConfirmedToMake,)

    @extend_schema(summary="Add a secret", request=SecretInput, responses={201: NewSecretOutput})
    def post(self, request: Request, name: str) -> Response:
        """Make one; the answer alone has it."""
        robot = find_robot(request, name)
        sent = SecretInput(data=request.data)
        sent.is_valid(raise_exception=True)
        return _answer(add_secret(robot, by=principal_of(request), **sent.validated_data))


class OneRobotSecret(APIView):
    """One secret of a robot."""

    permission_classes = (ConfirmedToMake,)

    @extend_schema(summary="Revoke a secret", responses={204: None})
    def delete(self, request: Request, name: str, secret_id: int) -> Response:
        """End it at once."""
        revoke_secret(_secret(request, name, secret_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RobotSecretRotation(APIView):
    """A successor of a secret."""

    shown_once = "robots/{name}/secrets/{details[id]}"
    permission_classes = (ConfirmedToMake,)

    @extend_schema(
        summary="Rotate a secret", request=RotationInput, responses={201: NewSecretOutput}
    )
    def post(self, request: Request, name: str, secret_id: int) -> Response:
        """Make it now; the old one ends when the body says."""
        secret = _secret(request, name, secret_id)
        sent = RotationInput(data=request.data)
        sent.is_valid(raise_exception=True)
        hours = sent.validated_data["overlap_hours"]
        return _answer(rotate_secret(secret, overlap_hours=hours, by=principal_of(request)))


def held_by(principal: Principal) -> Any:
    """Return whose robots these are: unknown and foreign ones look the same."""
    if principal.is_administrator:
        return Namespace.objects.filter(redirects_to=None)
    return Namespace.objects.held_by(principal.user) if principal.user else Namespace.objects.none()


def find_robot(request: Request, name: str) -> RobotAccount:
    """Return the robot of this whole name, if its namespace is held by whoever asks."""
    namespace, plus, short = name.partition("+")
    called = Namespace.objects.called(namespace)
    held = held_by(principal_of(request)).filter(pk__in=called.values("pk"))
    robots = RobotAccount.objects.filter(namespace__in=held.values("pk"), name=short)
    robot = robots.select_related("namespace", "responsible").first() if plus else None
    if robot is None:
        raise Http404
    return robot


def shown(made: NewSecret) -> dict[str, Any]:
    """Return what is shown of a new secret, once."""
    login = login_command(made.secret.robot.full_name, made.value)
    body = {"details": made.secret, "secret": made.value, "docker_login": login}
    return NewSecretOutput(body).data


def _answer(made: NewSecret) -> Response:
    return Response(shown(made), status.HTTP_201_CREATED)


def _secret(request: Request, name: str, secret_id: int) -> RobotSecret:
    secrets = RobotSecret.objects.select_related("robot__namespace", "robot__responsible")
    return get_object_or_404(secrets, pk=secret_id, robot=find_robot(request, name))
