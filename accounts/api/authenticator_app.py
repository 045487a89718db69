"""Setting up an authenticator app, and recovery codes: for sessions that were confirmed lately.

django-allauth's forms and steps, those of the pages. Keys and passkeys need the browser itself.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.forms import GenerateRecoveryCodesForm
from allauth.mfa.recovery_codes.internal.flows import generate_recovery_codes, view_recovery_codes
from allauth.mfa.totp.internal.auth import get_totp_secret
from allauth.mfa.totp.internal.flows import activate_totp
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.credentials import CodeInput
from accounts.api.errors import Conflict
from accounts.api.recent import ConfirmedLately
from accounts.api.views import APIView
from accounts.models import User
from accounts.people_only import check_person
from accounts.web.mfa_forms import ActivateTOTPForm


class AppSecretOutput(serializers.Serializer[Any]):
    """What the app is told; it is kept in this session until the app's first code comes."""

    secret = serializers.CharField()
    uri = serializers.CharField(help_text="The same as otpauth://, for a picture to be scanned.")


class RecoveryCodesOutput(serializers.Serializer[Any]):
    """Codes that are shown once; none where there were some already."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class AuthenticatorApp(APIView):
    """The authenticator app."""

    shown_once = "user/second-factors/app"
    permission_classes = (ConfirmedLately,)

    @extend_schema(summary="Begin with an app", request=None, responses=AppSecretOutput)
    def post(self, request: Request) -> Response:
        """Make a secret for an authenticator app. It counts once a code of it came."""
        user = _without_app(request)
        secret = get_totp_secret(regenerate=True)
        body = {"secret": secret, "uri": get_adapter().build_totp_url(user, secret)}
        return Response(AppSecretOutput(body).data, headers={"Cache-Control": "no-store"})

    @extend_schema(summary="Set up an app", request=CodeInput, responses=RecoveryCodesOutput)
    def put(self, request: Request) -> Response:
        """Take the first code of an app: log-ins ask for one from now on."""
        user = _without_app(request)
        sent = CodeInput(data=request.data)
        sent.is_valid(raise_exception=True)
        form = ActivateTOTPForm(user=user, data=sent.validated_data)
        if not form.is_valid():
            raise ValidationError({name: list(map(str, one)) for name, one in form.errors.items()})
        activate_totp(request._request, form)
        return _codes(request, status.HTTP_200_OK)


class RecoveryCodes(APIView):
    """Codes for the day on which the app or the key is lost."""

    shown_once = "user/second-factors/recovery-codes"
    permission_classes = (ConfirmedLately,)

    @extend_schema(
        summary="Make new recovery codes", request=None, responses={201: RecoveryCodesOutput}
    )
    def post(self, request: Request) -> Response:
        """Make ten codes in place of those of before; the answer alone has them."""
        user = check_person(principal_of(request))
        form = GenerateRecoveryCodesForm(user=user, data={})
        if not form.is_valid():
            raise Conflict(" ".join(map(str, form.non_field_errors())))
        generate_recovery_codes(request._request)
        return _codes(request, status.HTTP_201_CREATED)


def _without_app(request: Request) -> User:
    user = check_person(principal_of(request))
    if Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).exists():
        message = "An authenticator app is set up already: remove it first."
        raise Conflict(message)
    return user


def _codes(request: Request, status: int) -> Response:
    """Show the codes once, here: the page shows them no more."""
    codes, may_see = view_recovery_codes(request._request)
    shown = codes.get_unused_codes() if codes and may_see else []
    body = RecoveryCodesOutput({"recovery_codes": shown}).data
    return Response(body, status=status, headers={"Cache-Control": "no-store"})
