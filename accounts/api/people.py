"""One's own account."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.auth import principal_of
from accounts.models import User


class OwnAccountOutput(serializers.ModelSerializer[User]):
    """What one sees of oneself."""

    class Meta:
        """The fields, by name."""

        model = User
        fields: ClassVar[list[str]] = [
            "username", "display_name", "location", "link", "email", "date_joined",
        ]  # fmt: skip


class OwnAccount(APIView):
    """Whose credential this is."""

    part = "profile"

    @extend_schema(responses=OwnAccountOutput)
    def get(self, request: Request) -> Response:
        """Return the account."""
        return Response(OwnAccountOutput(principal_of(request).user).data)
