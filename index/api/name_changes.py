"""Another name for a repository, and offers from one namespace to another."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.api.recent import require_confirmed_session
from accounts.models.namespace import ROOT_NAMESPACE
from index.api.repository_view import RepositoryView
from index.flows.rename_repository import rename_repository
from index.flows.transfer_repository import (
    decline_transfer,
    take_transfer,
    transfer_repository,
    withdraw_transfer,
)
from index.models import Repository, Transfer
from index.name_change_preview import preview_rename, preview_transfer
from index.names import RepositoryName, parse_repository_name
from index.policy import allowed_actions
from index.transfers import end_of, may_give, offer_of, offers_to


class RenameRepositoryInput(serializers.Serializer[Any]):
    """The new name; it stays in its namespace."""

    name = serializers.CharField(max_length=200, help_text="Without the namespace.")
    dry_run = serializers.BooleanField(
        default=False, help_text="Say what would change, and change nothing."
    )


class TransferInput(RenameRepositoryInput):
    """To whom, and how it is called there."""

    namespace = serializers.CharField(max_length=30)
    name = serializers.CharField(
        max_length=200, required=False, help_text="Without the namespace; as it is if left out."
    )


class NameChangeOutput(serializers.Serializer[Any]):
    """What a change of name does, or did."""

    old_name = serializers.CharField()
    new_name = serializers.CharField()
    at_once = serializers.BooleanField(help_text="Else an owner there has to take it first.")
    stays = serializers.ListField(child=serializers.CharField())
    goes = serializers.ListField(child=serializers.CharField())
    done = serializers.BooleanField(help_text="False after a dry run, and while an offer waits.")


class TransferOutput(serializers.ModelSerializer[Transfer]):
    """An offer that waits."""

    id = serializers.IntegerField(source="pk")
    repository = serializers.CharField(source="repository.name")
    namespace = serializers.CharField(source="namespace.name")
    offered_by = serializers.CharField(source="offered_by.username")
    ends_at = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = Transfer
        fields = (
            "id", "repository", "namespace", "new_name", "offered_by", "offered_at", "ends_at",
        )  # fmt: skip

    def get_ends_at(self, offer: Transfer) -> str:
        """Return when nobody can take it any more."""
        return end_of(offer).isoformat()


class RepositoryRename(RepositoryView):
    """Another name in the same namespace."""

    @extend_schema(
        summary="Rename a repository", request=RenameRepositoryInput, responses=NameChangeOutput
    )
    def post(self, request: Request, name: str) -> Response:
        """Rename it; the old name leads to it from then on."""
        repository, by = self.find_administered(request, name), principal_of(request)
        sent = RenameRepositoryInput(data=request.data)
        sent.is_valid(raise_exception=True)
        to = _full_name(repository.namespace.name, sent.validated_data["name"])
        change = preview_rename(
            repository,
            to=to,
            by=by,
            decision=allowed_actions(by, repository),
            tags=repository.tags.count(),
        )
        is_dry = sent.validated_data["dry_run"]
        if not is_dry:
            rename_repository(repository, to=to, by=by)
        return _answer(change, done=not is_dry)


class RepositoryTransfer(RepositoryView):
    """Another namespace: at once, or as an offer."""

    hold = RepositoryView.hold_administered

    @extend_schema(summary="Get the open offer", responses=TransferOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the offer that waits for an answer; 404 if there is none."""
        offer = offer_of(self.find_administered(request, name))
        if offer is None:
            raise Http404
        return Response(TransferOutput(offer).data)

    @extend_schema(
        summary="Transfer a repository", request=TransferInput, responses=NameChangeOutput
    )
    def post(self, request: Request, name: str) -> Response:
        """Give it away, or offer it: with `dry_run` only say what would go and what would stay."""
        repository, by = self.find_administered(request, name), principal_of(request)
        sent = TransferInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        to = _full_name(wanted["namespace"], wanted.get("name") or repository.short_name)
        if not wanted["dry_run"] and may_give(repository, by):
            require_confirmed_session(request, "Transferring a repository")
        change = preview_transfer(repository, to=to, by=by)
        if wanted["dry_run"]:
            return _answer(change, done=False)
        done = transfer_repository(repository, to=to, by=by)
        return _answer(change, done=isinstance(done, Repository))

    @extend_schema(summary="Take an offer back", responses={204: None})
    @conditional
    def delete(self, request: Request, name: str) -> Response:
        """End the offer that waits, if there is one."""
        withdraw_transfer(self.find_administered(request, name), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class Transfers(RepositoryView):
    """What is offered to the caller."""

    @extend_schema(summary="List offers", responses=TransferOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of the repositories that the caller may take, the newest offer first."""
        return paginated(request, offers_to(principal_of(request)), TransferOutput)


class TakeTransfer(RepositoryView):
    """Yes."""

    @extend_schema(summary="Take an offer", request=None, responses={204: None})
    def post(self, request: Request, transfer_id: int) -> Response:
        """Take the repository."""
        take_transfer(_find_offer(request, transfer_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeclineTransfer(RepositoryView):
    """No."""

    @extend_schema(summary="Decline an offer", request=None, responses={204: None})
    def post(self, request: Request, transfer_id: int) -> Response:
        """Leave it where it is."""
        decline_transfer(_find_offer(request, transfer_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _full_name(namespace: str, short_name: str) -> RepositoryName:
    prefix = "" if namespace == ROOT_NAMESPACE else f"{namespace}/"
    return parse_repository_name(prefix + short_name)


def _find_offer(request: Request, transfer_id: int) -> Transfer:
    offer = offers_to(principal_of(request)).filter(pk=transfer_id).first()
    if offer is None:
        raise Http404
    return offer


def _answer(change: Any, *, done: bool) -> Response:
    plain = {name: getattr(change, name) for name in ("old_name", "new_name", "at_once")}
    return Response(
        NameChangeOutput({**plain, "stays": change.stays, "goes": change.goes, "done": done}).data
    )
