"""Log in a command line by a browser: what it asks and polls (RFC 8628). Approving is done on a page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.views import APIView
from accounts.flows.command_line import GOOD_FOR, INTERVAL, begin, fetch


class DeviceInput(serializers.Serializer[Any]):
    """Who asks."""

    machine = serializers.CharField(max_length=80, default="", allow_blank=True)


class DeviceOutput(serializers.Serializer[Any]):
    """What to poll with, what to show, and where it is approved; RFC 8628 §3.2."""

    device_code = serializers.CharField()
    user_code = serializers.CharField()
    verification_uri = serializers.CharField()
    verification_uri_complete = serializers.CharField()
    expires_in = serializers.IntegerField()
    interval = serializers.IntegerField()


class DeviceCodeInput(serializers.Serializer[Any]):
    """What to poll with."""

    device_code = serializers.CharField(max_length=200)


class NewSessionOutput(serializers.Serializer[Any]):
    """A session; the secret is in no other answer."""

    secret = serializers.CharField()
    username = serializers.CharField()
    expires_at = serializers.DateTimeField()


class DeviceLogins(APIView):
    """Command lines that want to log in."""

    authentication_classes = ()
    permission_classes = ()
    takes_from_anybody = True

    @extend_schema(
        summary="Begin to log in a command line",
        request=DeviceInput,
        responses={201: DeviceOutput},
    )
    def post(self, request: Request) -> Response:
        """Get a code that a person approves in a browser within ten minutes.

        Show `user_code` and one of the addresses, and poll `command-line/sessions` with `device_code`
        every `interval` seconds. `machine` is shown on the page, as told by you.
        """
        sent = DeviceInput(data=request.data)
        sent.is_valid(raise_exception=True)
        begun = begin(machine=sent.validated_data["machine"], address=request.META["REMOTE_ADDR"])
        page = settings.PUBLIC_URL + reverse("web-command-line")
        body = {
            "device_code": begun.device_code,
            "user_code": str(begun.login),
            "verification_uri": page,
            "verification_uri_complete": f"{page}?code={begun.login}",
            "expires_in": int(GOOD_FOR.total_seconds()),
            "interval": INTERVAL,
        }
        return Response(DeviceOutput(body).data, status.HTTP_201_CREATED)


class CommandLineSessions(APIView):
    """Sessions of command lines."""

    authentication_classes = ()
    permission_classes = ()
    takes_from_anybody = True
    shown_once = "user/sessions"

    @extend_schema(
        summary="Fetch the session of a command line",
        request=DeviceCodeInput,
        responses={201: NewSessionOutput},
    )
    def post(self, request: Request) -> Response:
        """Get the session once somebody has approved it: `Authorization: Bearer wbc_…` from then on.

        Until then it is refused with 400 and one of the codes `authorization-pending`, `slow-down`,
        `access-denied` and `expired-token`.
        """
        sent = DeviceCodeInput(data=request.data)
        sent.is_valid(raise_exception=True)
        made = fetch(sent.validated_data["device_code"])
        body = {
            "secret": made.secret,
            "username": made.user.username,
            "expires_at": made.expires_at,
        }
        return Response(NewSessionOutput(body).data, status.HTTP_201_CREATED)
