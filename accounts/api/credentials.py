"""One's password, e-mail addresses and second factors: for sessions that were confirmed lately.

These are django-allauth's forms and steps, those of the pages: the same rules, limits and mails.
Factors are set up on the page, where the browser and a person are needed anyway.
"""

from __future__ import annotations

from typing import Any, ClassVar

from allauth.account.internal.flows import manage_email, password_change
from allauth.account.internal.flows.email_verification_by_code import EmailVerificationProcess
from allauth.account.models import EmailAddress
from allauth.core import ratelimit
from allauth.mfa.adapter import get_adapter as get_mfa_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.flows import deactivate_totp
from allauth.mfa.webauthn.internal.flows import remove_authenticator, rename_authenticator
from django import forms
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import Throttled, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import Conflict, Refused
from accounts.api.recent import ConfirmedLately
from accounts.api.views import APIView, ListAPIView
from accounts.limits import ALLAUTH_WINDOWS
from accounts.models import DirectoryAccount, User
from accounts.people_only import check_person
from accounts.web.account_forms import AddEmailForm, ChangePasswordForm, ConfirmCodeForm


class AddressOutput(serializers.ModelSerializer[EmailAddress]):
    """One of one's e-mail addresses."""

    class Meta:
        """The fields, by name."""

        model = EmailAddress
        fields: ClassVar[list[str]] = ["id", "email", "verified", "primary"]


class AddressInput(serializers.Serializer[Any]):
    """An address to add."""

    email = serializers.CharField(max_length=300)


class CodeInput(serializers.Serializer[Any]):
    """The code that was mailed."""

    code = serializers.CharField(max_length=20)


class PasswordInput(serializers.Serializer[Any]):
    """The password and the next one."""

    current_password = serializers.CharField(max_length=5000, trim_whitespace=False)
    new_password = serializers.CharField(max_length=5000, trim_whitespace=False)


class FactorOutput(serializers.ModelSerializer[Authenticator]):
    """An app, a key, or the recovery codes; nothing secret of it."""

    name = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = Authenticator
        fields: ClassVar[list[str]] = ["id", "type", "name", "created_at", "last_used_at"]

    def get_name(self, factor: Authenticator) -> str:
        """Return what the page calls it."""
        return str(factor)


class FactorNameInput(serializers.Serializer[Any]):
    """What to call a security key."""

    name = serializers.CharField(max_length=80)


class OwnPassword(APIView):
    """One's password."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(request=PasswordInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change the password. Other sessions and every docker login end, and a mail says so."""
        user = check_person(principal_of(request))
        sent = PasswordInput(data=request.data)
        sent.is_valid(raise_exception=True)
        if DirectoryAccount.objects.filter(user=user).exists() or not user.has_usable_password():
            message = "This account has no password here."
            raise Refused(message)
        _spend(request, "change_password")
        old, new = sent.validated_data["current_password"], sent.validated_data["new_password"]
        data = {"oldpassword": old, "password1": new, "password2": new}
        form = ChangePasswordForm(user=user, data=data)
        _check(form, oldpassword="current_password", password1="new_password")
        form.save()
        password_change.finalize_password_change(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnAddresses(ListAPIView[EmailAddress]):
    """One's e-mail addresses."""

    serializer_class = AddressOutput

    def get_permissions(self) -> Any:
        """Let every session look, and those that were confirmed lately change."""
        own = [ConfirmedLately()] if self.request.method == "POST" else []
        return [*super().get_permissions(), *own]

    def get_queryset(self) -> Any:
        """Return one's own."""
        if getattr(self, "swagger_fake_view", False):
            return EmailAddress.objects.none()
        user = principal_of(self.request).user
        return EmailAddress.objects.filter(user=user).order_by("-primary", "email")

    @extend_schema(request=AddressInput, responses={202: OpenApiTypes.OBJECT})
    def post(self, request: Request) -> Response:
        """Send a code to another address; it counts, and is listed, once the code came back."""
        user = check_person(principal_of(request))
        sent = AddressInput(data=request.data)
        sent.is_valid(raise_exception=True)
        _spend(request, "manage_email")
        form = AddEmailForm(user=user, data=sent.validated_data)
        _check(form)
        manage_email.add_email(request._request, form)
        detail = "Send the code that is mailed to /api/v1/user/addresses/verify, in this session."
        return Response({"detail": detail}, status.HTTP_202_ACCEPTED)


class VerifyAddress(APIView):
    """Prove an address."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(request=CodeInput, responses=AddressOutput)
    def post(self, request: Request) -> Response:
        """Take the code that was mailed. After three wrong ones another has to be sent."""
        user = check_person(principal_of(request))
        sent = CodeInput(data=request.data)
        sent.is_valid(raise_exception=True)
        process = EmailVerificationProcess.resume(request._request)
        if process is None or process.user != user:
            message = "No address waits for a code in this session: add one first."
            raise Conflict(message)
        form = ConfirmCodeForm(
            code=process.code, user=user, email=process.email, data=sent.validated_data
        )
        if not form.is_valid():
            process.record_invalid_attempt()
        _check(form)
        address = process.finish()
        if address is None:
            message = "This address cannot be verified here."
            raise Conflict(message)
        return Response(AddressOutput(address).data)


class OneAddress(APIView):
    """One of one's addresses."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, address_id: int) -> Response:
        """Remove an address, unless it is the primary one."""
        address = _address(request, address_id)
        _spend(request, "manage_email")
        if not manage_email.delete_email(request._request, address):
            message = "The primary address and the last verified one cannot be removed."
            raise Conflict(message)
        return Response(status=status.HTTP_204_NO_CONTENT)


class PrimaryAddress(APIView):
    """The address that mail goes to."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(request=None, responses=AddressOutput)
    def post(self, request: Request, address_id: int) -> Response:
        """Make an address the primary one; the one of before is told."""
        address = _address(request, address_id)
        _spend(request, "manage_email")
        if not manage_email.mark_as_primary(request._request, address):
            message = "Only a verified address can be the primary one."
            raise Conflict(message)
        return Response(AddressOutput(address).data)


class SecondFactors(ListAPIView[Authenticator]):
    """Authenticator app, security keys and passkeys, recovery codes."""

    serializer_class = FactorOutput

    def get_queryset(self) -> Any:
        """Return one's own."""
        if getattr(self, "swagger_fake_view", False):
            return Authenticator.objects.none()
        return Authenticator.objects.filter(user=principal_of(self.request).user).order_by("pk")


class OneSecondFactor(APIView):
    """One app or key."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(summary="Name a security key", request=FactorNameInput, responses=FactorOutput)
    def patch(self, request: Request, factor_id: int) -> Response:
        """Call a security key or passkey otherwise; an app has no name."""
        user = check_person(principal_of(request))
        keys = Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN)
        key = get_object_or_404(keys, pk=factor_id, user=user)
        sent = FactorNameInput(data=request.data)
        sent.is_valid(raise_exception=True)
        rename_authenticator(request._request, key, sent.validated_data["name"])
        return Response(FactorOutput(key).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, factor_id: int) -> Response:
        """Remove a factor; recovery codes end with the last, which stays where two are demanded."""
        user = check_person(principal_of(request))
        keys_and_apps = Authenticator.objects.exclude(type=Authenticator.Type.RECOVERY_CODES)
        factor = get_object_or_404(keys_and_apps, pk=factor_id, user=user)
        adapter = get_mfa_adapter()
        if not adapter.can_delete_authenticator(factor):
            raise Conflict(str(adapter.error_messages["cannot_delete_authenticator"]))
        is_app = factor.type == Authenticator.Type.TOTP
        remove = deactivate_totp if is_app else remove_authenticator
        remove(request._request, factor)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _address(request: Request, address_id: int) -> EmailAddress:
    user: User = check_person(principal_of(request))
    return get_object_or_404(EmailAddress, pk=address_id, user=user)


def _check(form: forms.Form, **names: str) -> None:
    """Raise what a form refused, under the API's names of the fields."""
    if form.errors:
        raise ValidationError(
            {
                names.get(name, name): [str(one) for one in found]
                for name, found in form.errors.items()
            }
        )


def _spend(request: Request, action: str) -> None:
    """Count with the pages; django-allauth does not say when to come back, the table does."""
    if not ratelimit.consume(request._request, action=action, user=request.user):
        raise Throttled(ALLAUTH_WINDOWS[action])
