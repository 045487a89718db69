"""Take one's data along, and close the account. For sessions that were confirmed a moment ago."""

from __future__ import annotations

import json
from typing import Any

from django.contrib.auth import logout
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.recent import ConfirmedLately
from accounts.api.views import APIView
from accounts.flows.export_own_data import export_own_data
from index.flows.close_account import close_account


class CloseInput(serializers.Serializer[Any]):
    """One's user name once more."""

    username = serializers.CharField(max_length=30)


class OwnData(APIView):
    """Everything kept about a person."""

    shown_once = "user/export"
    permission_classes = (ConfirmedLately,)

    @extend_schema(request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: Request) -> Response:
        """Return everything that is kept about the account; that it was taken is written down."""
        return Response(json.loads(export_own_data(by=principal_of(request))))


class CloseAccount(APIView):
    """The end of an account."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(request=CloseInput, responses={204: None})
    def post(self, request: Request) -> Response:
        """Close the account: repositories, credentials and what is personal go. For good."""
        sent = CloseInput(data=request.data)
        sent.is_valid(raise_exception=True)
        close_account(by=principal_of(request), typed=sent.validated_data["username"])
        logout(request._request)
        return Response(status=status.HTTP_204_NO_CONTENT)
