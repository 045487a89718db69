"""Robot accounts and their secrets. For sessions alone, of owners of the namespace."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.api.recent import ConfirmedLately, ConfirmedToMake
from accounts.api.views import APIView, ListAPIView
from accounts.flows.robot_accounts import (
    change_robot,
    create_robot,
    delete_robot,
    may_be_responsible,
    set_builder,
    set_enabled,
)
from accounts.flows.robot_secrets import NewSecret, add_secret, revoke_secret, rotate_secret
from accounts.models import Namespace, RobotAccount, RobotSecret, User
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


class RobotOutput(serializers.ModelSerializer[RobotAccount]):
    """A robot with its secrets in use."""

    name = serializers.CharField(source="full_name", read_only=True)
    responsible = serializers.SlugRelatedField[User](
        slug_field="username", read_only=True, allow_null=True
    )
    enabled = serializers.SerializerMethodField()
    secrets = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = RobotAccount
        fields: ClassVar[list[str]] = [
            "name", "description", "responsible", "may_create", "is_builder", "enabled", "created_at",
            "secrets",
        ]  # fmt: skip

    def get_enabled(self, robot: RobotAccount) -> bool:
        """Return whether its secrets are taken."""
        return robot.disabled_at is None

    @extend_schema(responses=RobotSecretOutput(many=True))
    def get_secrets(self, robot: RobotAccount) -> list[Any]:
        """Return those in use."""
        usable = RobotSecret.objects.usable().filter(robot=robot).order_by("pk")
        return list(RobotSecretOutput(usable, many=True).data)


class NewSecretOutput(serializers.Serializer[Any]):
    """A new secret; it is in no other answer."""

    details = RobotSecretOutput()
    secret = serializers.CharField()
    docker_login = serializers.CharField()


class RobotFacts(serializers.Serializer[Any]):
    """What can be changed of a robot."""

    description = serializers.CharField(max_length=200, allow_blank=True, required=False)
    responsible = serializers.CharField(max_length=30, allow_null=True, required=False)
    may_create = serializers.BooleanField(required=False)
    enabled = serializers.BooleanField(required=False)
    is_builder = serializers.BooleanField(
        required=False, help_text="A build server; administrators of the site alone say so."
    )


class RobotInput(serializers.Serializer[Any]):
    """A new robot."""

    name = serializers.CharField(max_length=30)
    description = serializers.CharField(max_length=200, allow_blank=True, default="")
    responsible = serializers.CharField(max_length=30, allow_null=True, default=None)
    may_create = serializers.BooleanField(default=False)


class SecretInput(serializers.Serializer[Any]):
    """A new secret; `null` never expires."""

    label = serializers.CharField(  # type: ignore[assignment]  # the field's name in the body
        max_length=80, allow_blank=True, default=""
    )
    expires_at = serializers.DateTimeField(allow_null=True)


class RotationInput(serializers.Serializer[Any]):
    """When the old one ends: 0, 1, 24, 72 or 168 hours from now."""

    overlap_hours = serializers.IntegerField(default=24)


class Robots(ListAPIView[RobotAccount]):
    """The robots of a namespace."""

    permission_classes = (ConfirmedToMake,)
    serializer_class = RobotOutput

    def get_queryset(self) -> Any:
        """Return those of the namespace in the address."""
        robots = RobotAccount.objects.filter(namespace=self._namespace())
        return robots.select_related("namespace", "responsible").order_by("name")

    @extend_schema(summary="Create a robot", request=RobotInput, responses={201: RobotOutput})
    def post(self, request: Request, **_address: str) -> Response:
        """Create one, without secrets and rights."""
        sent = RobotInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = dict(sent.validated_data)
        namespace = self._namespace()
        wanted["responsible"] = _person(wanted["responsible"], namespace)
        robot = create_robot(namespace, by=principal_of(request), **wanted)
        return Response(RobotOutput(robot).data, status.HTTP_201_CREATED)

    def _namespace(self) -> Namespace:
        name = self.kwargs.get("name") or principal_of(self.request).name
        held = _held_by(principal_of(self.request))
        namespace: Namespace = get_object_or_404(held.select_related("organization"), name=name)
        return namespace


class Robot(APIView):
    """One robot."""

    permission_classes = (ConfirmedToMake,)
    passing = ("last_used_at", "last_used_address")

    def hold(self, request: Request, name: str) -> None:
        """Keep the robot as it is now, with its secrets."""
        RobotAccount.objects.select_for_update().filter(pk=_find(request, name).pk).first()

    @extend_schema(summary="Show a robot", responses=RobotOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return it with its secrets in use."""
        return Response(RobotOutput(_find(request, name)).data)

    @extend_schema(summary="Change a robot", request=RobotFacts, responses=RobotOutput)
    @conditional
    def patch(self, request: Request, name: str) -> Response:
        """Change what is sent; the rest stays."""
        robot, by = _find(request, name), principal_of(request)
        sent = RobotFacts(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        comes_back = wanted.get("enabled") and robot.disabled_at  # its secrets do, too
        if comes_back or (wanted.get("is_builder") and not robot.is_builder):
            self._check_confirmed(request)
        with transaction.atomic():
            _change(robot, by, wanted)
        return Response(RobotOutput(_find(request, name)).data)

    def _check_confirmed(self, request: Request) -> None:
        confirmed = ConfirmedLately()
        if not confirmed.has_permission(request, self):
            raise PermissionDenied(confirmed.message, confirmed.code)

    @extend_schema(summary="Delete a robot", responses={204: None})
    @conditional
    def delete(self, request: Request, name: str) -> Response:
        """Delete it with its secrets and grants."""
        delete_robot(_find(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RobotSecrets(APIView):
    """Secrets of a robot."""

    shown_once = "robots/{name}/secrets/{details[id]}"
    permission_classes = (ConfirmedToMake,)

    @extend_schema(summary="Add a secret", request=SecretInput, responses={201: NewSecretOutput})
    def post(self, request: Request, name: str) -> Response:
        """Make one; the answer alone has it."""
        robot = _find(request, name)
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


def _change(robot: RobotAccount, by: Principal, wanted: dict[str, Any]) -> None:
    if wanted.get("is_builder", robot.is_builder) != robot.is_builder:
        set_builder(robot, is_builder=wanted["is_builder"], by=by)
    change_robot(
        robot,
        by=by,
        description=wanted.get("description", robot.description),
        may_create=wanted.get("may_create", robot.may_create),
        responsible=_person(wanted["responsible"], robot.namespace)
        if "responsible" in wanted
        else robot.responsible,
    )
    if "enabled" in wanted:
        set_enabled(robot, enabled=wanted["enabled"], by=by)


def _held_by(principal: Principal) -> Any:
    """Return whose robots these are: unknown and foreign ones look the same."""
    if principal.is_administrator:
        return Namespace.objects.filter(redirects_to=None)
    return Namespace.objects.held_by(principal.user) if principal.user else Namespace.objects.none()


def _find(request: Request, name: str) -> RobotAccount:
    namespace, plus, short = name.partition("+")
    called = Namespace.objects.called(namespace)
    held = _held_by(principal_of(request)).filter(pk__in=called.values("pk"))
    robots = RobotAccount.objects.filter(namespace__in=held.values("pk"), name=short)
    robot = robots.select_related("namespace", "responsible").first() if plus else None
    if robot is None:
        raise Http404
    return robot


def _secret(request: Request, name: str, secret_id: int) -> RobotSecret:
    secrets = RobotSecret.objects.select_related("robot__namespace", "robot__responsible")
    return get_object_or_404(secrets, pk=secret_id, robot=_find(request, name))


def _person(name: str | None, namespace: Namespace) -> User | None:
    """Return who it is; strangers, and names that nobody has, are answered alike (case 13)."""
    if name is None:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None or not may_be_responsible(namespace, found):
        raise serializers.ValidationError({"responsible": ["There is no such member."]})
    return found


def _answer(made: NewSecret) -> Response:
    login = login_command(made.secret.robot.full_name, made.value)
    body = {"details": made.secret, "secret": made.value, "docker_login": login}
    return Response(NewSecretOutput(body).data, status.HTTP_201_CREATED)
