"""Sessions and machines: list, end one, end all. For sessions alone."""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.usersessions.models import UserSession
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.views import APIView, ListAPIView
from accounts.flows.end_sessions import end_session, log_out_everywhere
from accounts.people_only import check_person
from tokenauth.machines import end_machine
from tokenauth.models import RefreshToken


class SessionOutput(serializers.ModelSerializer[UserSession]):
    """A browser or a command line; its session key is nobody's to see."""

    address = serializers.CharField(source="ip", read_only=True)
    is_command_line = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = UserSession
        fields: ClassVar[list[str]] = [
            "id", "user_agent", "is_command_line", "address", "created_at", "last_seen_at",
        ]  # fmt: skip

    def get_is_command_line(self, session: UserSession) -> bool:
        """Return whether no browser has it."""
        return hasattr(session, "command_line")


class MachineOutput(serializers.ModelSerializer[RefreshToken]):
    """A docker login."""

    class Meta:
        """The fields, by name."""

        model = RefreshToken
        fields: ClassVar[list[str]] = [
            "id", "client_id", "user_agent", "address", "created_at", "last_used_at",
        ]  # fmt: skip


class Sessions(ListAPIView[UserSession]):
    """Browsers and command lines that are logged in."""

    serializer_class = SessionOutput

    def get_queryset(self) -> Any:
        """Return one's own, the last seen first."""
        if getattr(self, "swagger_fake_view", False):
            return UserSession.objects.none()
        user = check_person(principal_of(self.request))
        mine = UserSession.objects.filter(user=user).select_related("command_line")
        return mine.order_by("-last_seen_at", "-pk")


class ThisSession(APIView):
    """The browser or command line that asks."""

    @extend_schema(summary="End the session that asks", responses={204: None})
    def delete(self, request: Request) -> Response:
        """Log out: it is good for nothing from now on."""
        user = check_person(principal_of(request))
        key = request._request.session.session_key
        end_session(
            get_object_or_404(UserSession, session_key=key, user=user), by=principal_of(request)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class OneSession(APIView):
    """One browser or command line."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, session_id: int) -> Response:
        """End a session."""
        user = check_person(principal_of(request))
        session = get_object_or_404(UserSession, pk=session_id, user=user)
        end_session(session, by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Machines(ListAPIView[RefreshToken]):
    """Machines on which docker is logged in with the password."""

    serializer_class = MachineOutput

    def get_queryset(self) -> Any:
        """Return one's own, the last used first."""
        if getattr(self, "swagger_fake_view", False):
            return RefreshToken.objects.none()
        user = check_person(principal_of(self.request))
        return RefreshToken.objects.usable().filter(user=user).order_by("-last_used_at", "-pk")


class OneMachine(APIView):
    """One machine."""

    @extend_schema(responses={204: None})
    def delete(self, request: Request, machine_id: int) -> Response:
        """Log a machine out."""
        user = check_person(principal_of(request))
        machine = get_object_or_404(RefreshToken.objects.usable(), pk=machine_id, user=user)
        end_machine(machine, by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class LogOutEverywhere(APIView):
    """Every browser but this one, and every machine."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """End all sessions and log-ins of machines."""
        user = check_person(principal_of(request))
        keep = request._request.session.session_key or ""
        log_out_everywhere(user, by=principal_of(request), keep=keep)
        return Response(status=status.HTTP_204_NO_CONTENT)
