"""Moves of repositories between registries, for sessions of administrators: what /manage/moves does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from index.api.operator_view import OperatorView
from index.flows.request_move import (
    LONGEST_KEEPING,
    cancel_move,
    end_keeping,
    request_all_moves,
    request_move,
    retry_move,
)
from index.models import Move, Registry
from index.move_tasks import work_on_move
from index.moves.listing import STATES, moves_of
from index.outbox import start_soon


class MoveOutput(serializers.ModelSerializer[Move]):
    """A move; bytes are of blobs. The old copy is kept until `keep_until`."""

    repository = serializers.CharField(source="repository.name")
    old_registry = serializers.CharField(source="source.name")
    registry = serializers.CharField(source="target.name")
    requested_by = serializers.SerializerMethodField(
        help_text="Null for a command, and where the account is gone."
    )
    keep_until = serializers.DateTimeField(allow_null=True)

    class Meta:
        """The fields, by name."""

        model = Move
        fields: ClassVar[list[str]] = [
            "id", "repository", "old_registry", "registry", "state", "requested_by", "requested_at",
            "keep_days", "keep_until", "tags_copied", "manifests_copied", "bytes_copied",
            "flipped_at", "finished_at", "attempts", "next_attempt_at", "last_problem",
        ]  # fmt: skip

    def get_requested_by(self, move: Move) -> str | None:
        """Return who asked."""
        return move.requested_by.username if move.requested_by else None


class MoveInput(serializers.Serializer[Any]):
    """Which repository goes where."""

    repository = serializers.CharField(max_length=200)
    registry = serializers.SlugField(max_length=40, help_text="The name of the new one.")
    keep_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_KEEPING, required=False, default=7
    )


class MoveAllInput(serializers.Serializer[Any]):
    """Which registry everything goes to, 500 repositories at a time."""

    registry = serializers.SlugField(max_length=40, help_text="The name of the new one.")
    keep_days = serializers.IntegerField(
        min_value=0, max_value=LONGEST_KEEPING, required=False, default=7
    )
    after = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="Only repositories whose names come after this one: what the last answer says.",
    )


class MoveAllOutput(serializers.Serializer[Any]):
    """How many are being moved, and why others are not."""

    moves = serializers.IntegerField()
    refused = serializers.ListField(child=serializers.CharField())
    left = serializers.IntegerField(help_text="Those beyond the 500: ask for these next.")
    after = serializers.CharField(
        help_text="What to send as `after` to ask for these; empty if none are left."
    )


class Moves(OperatorView):
    """All moves."""

    @extend_schema(
        parameters=[
            OpenApiParameter("state", str, enum=list(STATES)),
            OpenApiParameter("registry", str, description="From it, or to it."),
        ],
        responses=MoveOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return a page of moves, the newest first."""
        asked = request.query_params
        rows = moves_of(asked.get("state", "all"), registry=asked.get("registry", "")[:40])
        return paginated(request, rows, MoveOutput)

    @extend_schema(request=MoveInput, responses={201: MoveOutput})
    def post(self, request: Request) -> Response:
        """Move a repository; one that is on its way there already is returned as it is."""
        sent = MoveInput(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        repository = self.find(request, data["repository"])
        move = request_move(
            repository, to=_registry(data["registry"]), by=principal_of(request),
            keep_days=data["keep_days"],
        )  # fmt: skip
        start_soon(work_on_move, move.pk)
        return Response(MoveOutput(move).data, status=201)


class OneMove(OperatorView):
    """One move."""

    @extend_schema(responses=MoveOutput)
    def get(self, _request: Request, number: int) -> Response:
        """Return how far a move is."""
        return Response(MoveOutput(get_object_or_404(moves_of(), pk=number)).data)


class _ChangeMove(OperatorView):
    """Changes a move."""

    flow: ClassVar[Callable[..., None]]

    @extend_schema(request=None, responses=MoveOutput)
    def post(self, request: Request, number: int) -> Response:
        move = get_object_or_404(moves_of(), pk=number)
        type(self).flow(move, by=principal_of(request))
        start_soon(work_on_move, move.pk)
        return Response(MoveOutput(get_object_or_404(moves_of(), pk=number)).data)


class CancelMove(_ChangeMove):
    """Stop a move before the flip; what was copied is deleted again."""

    flow = staticmethod(cancel_move)


class RetryMove(_ChangeMove):
    """Let a move go on now, if it waits after a problem."""

    flow = staticmethod(retry_move)


class EndMoveCopy(_ChangeMove):
    """Delete the old copy as soon as that is safe."""

    flow = staticmethod(end_keeping)


class MoveAll(OperatorView):
    """Everything that a registry keeps."""

    @extend_schema(request=MoveAllInput, responses={201: MoveAllOutput})
    def post(self, request: Request, name: str) -> Response:
        """Move everything to another registry, a few repositories at a time."""
        source = self.find_registry(name)
        sent = MoveAllInput(data=request.data)
        sent.is_valid(raise_exception=True)
        data = sent.validated_data
        asked = request_all_moves(
            source, to=_registry(data["registry"]), by=principal_of(request),
            keep_days=data["keep_days"], after=data["after"],
        )  # fmt: skip
        for move in asked.moves[:2]:
            start_soon(work_on_move, move.pk)
        counts = {"moves": len(asked.moves), "refused": asked.refused, "left": asked.left}
        return Response(counts | {"after": asked.after}, status=201)


def _registry(name: str) -> Registry:
    registry = Registry.objects.filter(name=name).first()
    if registry is None:
        raise ValidationError({"registry": ["There is no such registry."]})
    return registry
