"""By what else one logs in, and what happened to the account: for people in a browser's session."""

from __future__ import annotations

from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.organizations.audit import AuditOutput
from accounts.api.recent import ConfirmedLately
from accounts.api.views import APIView, ListAPIView
from accounts.audit_search import events_of
from accounts.models import AuditEvent, User
from accounts.openid.connections import end_connection, known_as
from accounts.people_only import check_person


class ConnectionOutput(serializers.Serializer[Any]):
    """An account at a provider."""

    id = serializers.IntegerField()
    provider = serializers.CharField()
    known_as = serializers.SerializerMethodField()
    connected_at = serializers.DateTimeField(source="date_joined")
    last_login_at = serializers.DateTimeField(source="last_login")

    def get_known_as(self, account: SocialAccount) -> str:
        """Return what the provider calls the person."""
        return known_as(account)


class Connections(ListAPIView[User]):
    """One's accounts at providers."""

    serializer_class = ConnectionOutput

    def get_queryset(self) -> Any:
        """Return one's own."""
        if getattr(self, "swagger_fake_view", False):
            return SocialAccount.objects.none()
        person = check_person(principal_of(self.request))
        return SocialAccount.objects.filter(user=person).order_by("pk")


class Connection(APIView):
    """One of them."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, account_id: int) -> Response:
        """Disconnect an account at a provider, unless it is the last way in."""
        person = check_person(principal_of(request))
        account = get_object_or_404(SocialAccount, pk=account_id, user=person)
        end_connection(request._request, account)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OwnEventOutput(AuditOutput):
    """One change; from where is told of one's own alone."""

    def to_representation(self, event: AuditEvent) -> Any:
        """Return the fields; where others were is their affair."""
        shown = super().to_representation(event)
        is_own = event.actor == principal_of(self.context["request"]).subject
        return shown if is_own else shown | {"address": "", "user_agent": ""}


class SecurityHistory(ListAPIView[AuditEvent]):
    """What happened to the account, and what it did, newest first."""

    serializer_class = OwnEventOutput

    def get_queryset(self) -> Any:
        """Return what concerns oneself."""
        if getattr(self, "swagger_fake_view", False):
            return AuditEvent.objects.none()
        return events_of(check_person(principal_of(self.request)))
