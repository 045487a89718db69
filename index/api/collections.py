"""Garbage collections: administrators ask for them, the registry's host runs and reports them.

The host shows the registry's events secret, which lies in its configuration anyway. That secret can
begin only what an administrator asked for or scheduled, and holds pushes to this registry alone, for
ten minutes from the last sign of life, six hours in all.
"""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import Conflict
from accounts.api.pagination import paginated
from index.api.operator_view import OperatorView
from index.events.auth import authenticate_registry
from index.flows.collect_garbage import (
    CollectionReport,
    ask_for_collection,
    begin_collection,
    finish_collection,
    keep_collecting,
    schedule_collection,
)
from index.models import GarbageCollection, Registry


class CollectionOutput(serializers.ModelSerializer[GarbageCollection]):
    """One run; sizes in bytes of the registry's storage, null where its host could not tell."""

    bytes_freed = serializers.IntegerField(allow_null=True)

    class Meta:
        """The fields, by name."""

        model = GarbageCollection
        fields: ClassVar[list[str]] = [
            "state", "due_at", "started_at", "finished_at", "bytes_before", "bytes_after",
            "bytes_freed", "blobs_deleted", "problem",
        ]  # fmt: skip


class CollectionScheduleInput(serializers.Serializer[Any]):
    """When it is due each week, UTC: Monday is 0; a null day is never."""

    day = serializers.IntegerField(min_value=0, max_value=6, allow_null=True)
    hour = serializers.IntegerField(min_value=0, max_value=23, required=False, default=3)


class CollectionReportInput(serializers.Serializer[Any]):
    """What the host found; with a problem the run has failed."""

    bytes_before = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    bytes_after = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    blobs_deleted = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    problem = serializers.CharField(max_length=200, required=False, allow_blank=True)


class Collections(OperatorView):
    """The garbage collections of a registry."""

    @extend_schema(
        responses=CollectionOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of collections, the newest first."""
        return paginated(request, self.find_registry(name).collections.all(), CollectionOutput)

    @extend_schema(request=None, responses={201: CollectionOutput})
    def post(self, request: Request, name: str) -> Response:
        """Let a collection be due now: the host begins when it asks next."""
        made = ask_for_collection(self.find_registry(name), by=principal_of(request))
        return Response(CollectionOutput(made).data, status=201)


class CollectionSchedule(OperatorView):
    """When garbage collections of a registry are due."""

    @extend_schema(request=CollectionScheduleInput, responses={204: None})
    def put(self, request: Request, name: str) -> Response:
        """Say when collections are due each week."""
        sent = CollectionScheduleInput(data=request.data)
        sent.is_valid(raise_exception=True)
        schedule_collection(
            self.find_registry(name), by=principal_of(request), **sent.validated_data
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class UnknownRegistry(APIException):
    """Neither name nor secret is told apart."""

    status_code = 401
    default_detail = "unknown registry or wrong secret"
    default_code = "wrong-credential"


class _OfHost(OperatorView):
    """Asked by the registry's host, with the events secret as `Authorization: Bearer`."""

    opened_by = ("registrySecret",)
    authentication_classes = ()
    permission_classes = ()  # the secret is looked at in `registry`

    def registry(self, request: Request, name: str) -> Registry:
        """Return the registry whose secret was shown."""
        found = authenticate_registry(name, request.headers.get("Authorization", ""))
        if found is None:
            raise UnknownRegistry
        return found


class BeginCollection(_OfHost):
    """May the host begin?"""

    @extend_schema(request=None, responses={200: CollectionOutput, 204: None})
    def post(self, request: Request, name: str) -> Response:
        """Hold pushes and return the run; 204 while none is due."""
        begun = begin_collection(self.registry(request, name))
        if begun is None:
            return Response(status=status.HTTP_204_NO_CONTENT)
        return Response(CollectionOutput(begun).data)


class KeepCollecting(_OfHost):
    """The host is still at it."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """Hold pushes ten minutes longer; 409 where the host is to stop at once."""
        if not keep_collecting(self.registry(request, name)):
            message = "no garbage collection may run: stop it, pushes are let in"
            raise Conflict(message)
        return Response(status=status.HTTP_204_NO_CONTENT)


class FinishCollection(_OfHost):
    """The host is done."""

    @extend_schema(request=CollectionReportInput, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """Keep the report and let pushes in; 409 where none runs."""
        registry = self.registry(request, name)
        sent = CollectionReportInput(data=request.data)
        sent.is_valid(raise_exception=True)
        if not finish_collection(registry, CollectionReport(**sent.validated_data)):
            message = "no garbage collection runs"
            raise Conflict(message)
        return Response(status=status.HTTP_204_NO_CONTENT)
