"""Which mails one gets."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.api.views import APIView
from accounts.flows.choose_mails import change_mails
from accounts.mail_kinds import MailKind, unwanted_by
from accounts.models import User


class MailKindOutput(serializers.Serializer[Any]):
    """A kind of mails, and whether it is sent."""

    kind = serializers.ChoiceField(choices=MailKind.choices)
    words = serializers.CharField()
    is_wanted = serializers.BooleanField()


class OwnMailsOutput(serializers.Serializer[Any]):
    """Every kind."""

    results = MailKindOutput(many=True)


class MailsInput(serializers.Serializer[Any]):
    """Kinds to switch on or off; others stay as they are."""

    on = serializers.ListField(
        child=serializers.ChoiceField(choices=MailKind.choices), default=list
    )
    off = serializers.ListField(
        child=serializers.ChoiceField(choices=MailKind.choices), default=list
    )


class OwnMails(APIView):
    """Kinds of mails. What guards accounts and images is always sent, and not among them."""

    @extend_schema(responses=OwnMailsOutput)
    def get(self, request: Request) -> Response:
        """Return every kind that can be switched off."""
        return _answer(_person(request))

    def hold(self, request: Request) -> None:
        """Keep what is wanted as it is now."""
        User.objects.select_for_update().get(pk=_person(request).pk)

    @extend_schema(request=MailsInput, responses=OwnMailsOutput)
    @conditional
    def patch(self, request: Request) -> Response:
        """Switch kinds on and off."""
        user = _person(request)
        sent = MailsInput(data=request.data)
        sent.is_valid(raise_exception=True)
        choices = {MailKind(kind): True for kind in sent.validated_data["on"]}
        choices |= {MailKind(kind): False for kind in sent.validated_data["off"]}
        change_mails(by=principal_of(request), choices=choices)
        return _answer(user)


def _person(request: Request) -> User:
    user = principal_of(request).user
    if user is None:
        raise PermissionDenied
    return user


def _answer(user: User) -> Response:
    unwanted = unwanted_by(user)
    rows = [
        {"kind": kind.value, "words": kind.label, "is_wanted": kind.value not in unwanted}
        for kind in MailKind
    ]
    return Response(OwnMailsOutput({"results": rows}).data)
