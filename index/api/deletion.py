"""Delete a repository, and what lies in the trash."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.recent import ConfirmedLately
from index import trash
from index.api.repository_view import RepositoryView
from index.deletion_preview import preview_deletion
from index.errors import DeletionRefused, InTrash, NameInvalid
from index.flows.delete_repository import request_deletion
from index.flows.restore_repository import purge_now, restore_repository
from index.lookup import find_repository
from index.models import Deletion, Repository
from index.names import parse_familiar_name
from index.outbox import start_soon
from index.tasks import continue_deletion


class DeletionSharerOutput(serializers.Serializer[Any]):
    """Another repository that keeps what it shares."""

    name = serializers.CharField()
    blobs = serializers.IntegerField()


class DeletionPreviewOutput(serializers.Serializer[Any]):
    """What would go, sizes in bytes."""

    tags = serializers.IntegerField()
    immutable = serializers.IntegerField(help_text="How many of the tags are immutable.")
    manifests = serializers.IntegerField()
    size = serializers.IntegerField()
    freed = serializers.IntegerField(help_text="In no other repository of its namespace.")
    stars = serializers.IntegerField()
    watchers = serializers.IntegerField()
    grants = serializers.ListField(child=serializers.CharField())
    publishers = serializers.ListField(child=serializers.CharField())
    webhooks = serializers.IntegerField()
    moves = serializers.ListField(child=serializers.CharField())
    promotions = serializers.ListField(child=serializers.CharField())
    sharers = DeletionSharerOutput(many=True)


class DeletionInput(serializers.Serializer[Any]):
    """The full name once more."""

    name = serializers.CharField(max_length=255)


class TrashOutput(serializers.ModelSerializer[Deletion]):
    """A repository in the trash."""

    id = serializers.IntegerField(source="pk")
    repository = serializers.CharField(source="repository.name")
    state = serializers.CharField(source="repository.state")
    requested_by = serializers.CharField(source="requested_by.username", default="")

    class Meta:
        """The fields, by name."""

        model = Deletion
        fields = ("id", "repository", "state", "requested_by", "requested_at", "purge_after")


class RepositoryDeletion(RepositoryView):
    """What a deletion takes along, and the deletion."""

    @extend_schema(summary="Preview a deletion", responses=DeletionPreviewOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return what would go and what would stay; nothing is deleted."""
        repository = self.find_administered(request, name)
        preview = preview_deletion(repository, by=principal_of(request))
        return Response(DeletionPreviewOutput(preview).data)

    @extend_schema(
        summary="Delete a repository", request=DeletionInput, responses={202: TrashOutput}
    )
    def post(self, request: Request, name: str) -> Response:
        """Put it into the trash; on a site without one it is deleted at once."""
        self._refuse_twice(request, name)
        repository = self.find_administered(request, name)
        sent = DeletionInput(data=request.data)
        sent.is_valid(raise_exception=True)
        if sent.validated_data["name"] != repository.name:
            message = f"send the full name, {repository.name}, to delete the repository"
            raise DeletionRefused(message)
        deletion = request_deletion(repository, by=principal_of(request))
        start_soon(continue_deletion, deletion.pk)
        deletion.repository = repository
        return Response(TrashOutput(deletion).data, status=status.HTTP_202_ACCEPTED)

    def _refuse_twice(self, request: Request, name: str) -> None:
        """Say that it is in the trash, to who may have it back."""
        try:
            parsed = parse_familiar_name(name)
        except NameInvalid as error:
            raise Http404 from error
        lying = trash.trash_of(principal_of(request)).values("repository")
        found = find_repository(Repository.objects.filter(pk__in=lying), parsed)
        if found:
            message = f"{found} is in the trash already"
            raise InTrash(message)


class Trash(RepositoryView):
    """What may be had back."""

    @extend_schema(summary="List the trash", responses=TrashOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of the repositories that lie there, the last deleted first."""
        rows = trash.trash_of(principal_of(request)).order_by("-requested_at", "-pk")
        return paginated(request, rows, TrashOutput)


class RestoreFromTrash(RepositoryView):
    """The way back."""

    @extend_schema(
        summary="Take a repository out of the trash", request=None, responses={204: None}
    )
    def post(self, request: Request, deletion_id: int) -> Response:
        """Open it again, exactly as it was."""
        restore_repository(_find(request, deletion_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PurgeFromTrash(RepositoryView):
    """The end."""

    permission_classes = (ConfirmedLately,)

    @extend_schema(summary="Delete for good", request=None, responses={202: None})
    def post(self, request: Request, deletion_id: int) -> Response:
        """Empty it in its registry now. For sessions that were confirmed a moment ago."""
        deletion = purge_now(_find(request, deletion_id), by=principal_of(request))
        start_soon(continue_deletion, deletion.pk)
        return Response(status=status.HTTP_202_ACCEPTED)


def _find(request: Request, deletion_id: int) -> Repository:
    found = trash.trash_of(principal_of(request)).filter(pk=deletion_id).first()
    if found is None:
        raise Http404
    return found.repository
