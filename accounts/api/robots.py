"""Robot accounts. For sessions alone, of owners of the namespace."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.api.recent import ConfirmedLately, ConfirmedToMake
from accounts.api.robot_secrets import (
    NewSecretOutput,
    RobotSecretOutput,
    SecretInput,
    find_robot,
    held_by,
    shown,
)
from accounts.api.views import APIView, ListAPIView
from accounts.flows.robot_accounts import (
    change_robot,
    create_robot,
    delete_robot,
    may_be_responsible,
    set_builder,
    set_enabled,
)
from accounts.flows.robot_secrets import add_secret
from accounts.models import Namespace, RobotAccount, RobotSecret, User
from accounts.principals import Principal


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


class NewRobotOutput(RobotOutput):
    """A new robot, with the secret that was asked for; that is in no other answer."""

    new_secret = NewSecretOutput(read_only=True, allow_null=True)

    class Meta(RobotOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*RobotOutput.Meta.fields, "new_secret"]


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
    secret = SecretInput(
        allow_null=True, default=None, help_text="Its first secret; none without it."
    )


class Robots(ListAPIView[RobotAccount]):
    """The robots of a namespace."""

    permission_classes = (ConfirmedToMake,)
    serializer_class = RobotOutput
    shown_once = "robots/{name}"

    def get_queryset(self) -> Any:
        """Return those of the namespace in the address."""
        robots = RobotAccount.objects.filter(namespace=self._namespace())
        return robots.select_related("namespace", "responsible").order_by("name")

    @extend_schema(summary="Create a robot", request=RobotInput, responses={201: NewRobotOutput})
    def post(self, request: Request, **_address: str) -> Response:
        """Create one, without rights, and with its first secret if `secret` says what for.

        Either both are made or nothing is.
        """
        sent = RobotInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted, by, namespace = dict(sent.validated_data), principal_of(request), self._namespace()
        secret = wanted.pop("secret")
        wanted["responsible"] = _person(wanted["responsible"], namespace)
        with transaction.atomic():
            robot = create_robot(namespace, by=by, **wanted)
            made = add_secret(robot, by=by, **secret) if secret else None
        if made is None:
            self.shown_once = ""  # this answer may be given again
        body = RobotOutput(robot).data | {"new_secret": shown(made) if made else None}
        return Response(body, status.HTTP_201_CREATED)

    def _namespace(self) -> Namespace:
        name = self.kwargs.get("name") or principal_of(self.request).name
        held = held_by(principal_of(self.request))
        namespace: Namespace = get_object_or_404(held.select_related("organization"), name=name)
        return namespace


class Robot(APIView):
    """One robot."""

    permission_classes = (ConfirmedToMake,)
    passing = ("last_used_at", "last_used_address")

    def hold(self, request: Request, name: str) -> None:
        """Keep the robot as it is now, with its secrets."""
        RobotAccount.objects.select_for_update().filter(pk=find_robot(request, name).pk).first()

    @extend_schema(summary="Show a robot", responses=RobotOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return it with its secrets in use."""
        return Response(RobotOutput(find_robot(request, name)).data)

    @extend_schema(summary="Change a robot", request=RobotFacts, responses=RobotOutput)
    @conditional
    def patch(self, request: Request, name: str) -> Response:
        """Change what is sent; the rest stays."""
        robot, by = find_robot(request, name), principal_of(request)
        sent = RobotFacts(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        comes_back = wanted.get("enabled") and robot.disabled_at  # its secrets do, too
        if comes_back or (wanted.get("is_builder") and not robot.is_builder):
            self._check_confirmed(request)
        with transaction.atomic():
            _change(robot, by, wanted)
        return Response(RobotOutput(find_robot(request, name)).data)

    def _check_confirmed(self, request: Request) -> None:
        confirmed = ConfirmedLately()
        if not confirmed.has_permission(request, self):
            raise PermissionDenied(confirmed.message, confirmed.code)

    @extend_schema(summary="Delete a robot", responses={204: None})
    @conditional
    def delete(self, request: Request, name: str) -> Response:
        """Delete it with its secrets and grants."""
        delete_robot(find_robot(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


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


def _person(name: str | None, namespace: Namespace) -> User | None:
    """Return who it is; strangers, and names that nobody has, are answered alike (case 13)."""
    if name is None:
        return None
    found = User.objects.filter(username=name, is_active=True).first()
    if found is None or not may_be_responsible(namespace, found):
        raise serializers.ValidationError({"responsible": ["There is no such member."]})
    return found
