"""The mark "verified", for sessions of administrators."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.views import APIView, ListAPIView
from accounts.flows.mark_verified import mark_verified
from accounts.models import Namespace
from accounts.principals import Principal


class VerifiedOutput(serializers.ModelSerializer[Namespace]):
    """A namespace that has the mark."""

    class Meta:
        """The fields, by name."""

        model = Namespace
        fields: ClassVar[list[str]] = ["name"]


class VerifiedNamespaces(ListAPIView[Namespace]):
    """Who is verified, by name."""

    serializer_class = VerifiedOutput
    queryset = Namespace.objects.filter(is_verified=True).order_by("name")

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return a page of names."""
        _administrator(request)
        return super().get(request, *args, **kwargs)


class VerifiedNamespace(APIView):
    """The mark of one."""

    @extend_schema(summary="Verify a namespace", request=None, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Give the mark."""
        return self._mark(request, name, is_verified=True)

    @extend_schema(summary="Withdraw a verification", responses={204: None})
    def delete(self, request: Request, name: str) -> Response:
        """Take the mark."""
        return self._mark(request, name, is_verified=False)

    def _mark(self, request: Request, name: str, *, is_verified: bool) -> Response:
        by = _administrator(request)
        namespace = get_object_or_404(Namespace.objects.called(name))
        mark_verified(namespace, by=by, is_verified=is_verified)
        return Response(status=204)


def _administrator(request: Request) -> Principal:
    by = principal_of(request)
    if not by.is_administrator:
        message = "Marks are given by administrators of this site."
        raise PermissionDenied(message)
    return by
