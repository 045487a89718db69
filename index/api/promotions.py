"""Promotions: previewing, asking, answering; for people, robots and CI jobs."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.credential_kinds import Use
from index.api.repository_view import RepositoryView
from index.errors import PromotionRefused, RegistrySilent, RegistryTrouble, TagsRefused
from index.flows.decide_promotion import (
    approve_promotion,
    drop_promotion,
    refuse_promotion,
    retry_promotion,
)
from index.flows.promote import (
    Wanted,
    check_rights,
    check_way,
    digest_of_tag,
    request_promotion,
)
from index.models import Promotion, PromotionState, Repository
from index.names import is_digest
from index.outbox import start_soon
from index.promotion_tasks import continue_promotion
from index.promotions import Preview, preview_promotion, promotions_of, sees_promotions


class PromotionInput(serializers.Serializer[Any]):
    """What goes where."""

    image = serializers.CharField(max_length=140, help_text="A tag, or a digest.")
    target = serializers.CharField(max_length=255, help_text="The name of a repository.")
    target_tag = serializers.CharField(
        max_length=128, required=False, default="", help_text="Without it the tag of the image."
    )
    reason = serializers.CharField(max_length=200, required=False, default="")


class PromotionAnswerInput(serializers.Serializer[Any]):
    """A word on why."""

    note = serializers.CharField(max_length=200, required=False, default="")


class PromotionPreviewOutput(serializers.Serializer[Preview]):
    """What a promotion would bring; bytes are of blobs."""

    digest = serializers.CharField()
    children = serializers.IntegerField()
    referrers = serializers.IntegerField()
    size = serializers.IntegerField()
    mounted = serializers.IntegerField(help_text="Bytes that the registry takes from its own.")
    copied = serializers.IntegerField(help_text="Bytes that go from registry to registry.")
    there = serializers.IntegerField(help_text="Bytes that are there already, as far as known.")
    needs_approval = serializers.BooleanField()


class PromotionOutput(serializers.ModelSerializer[Promotion]):
    """One promotion."""

    id = serializers.IntegerField(source="pk")
    target_name = serializers.CharField(source="target.name")
    requested_by = serializers.CharField(source="requested_by_name")
    decided_by = serializers.CharField(source="decided_by.username", default="")

    class Meta:
        """The fields, by name."""

        model = Promotion
        fields = (
            "id", "source_name", "source_tag", "digest", "target_name", "target_tag", "state", "requested_by",
            "requested_at", "reason", "decided_by", "decided_at", "decision_note", "size",
            "manifests_copied", "referrers_copied", "bytes_copied", "bytes_mounted", "finished_at",
            "attempts", "last_problem",
        )  # fmt: skip


class _PromotionView(RepositoryView):
    """For robots and CI jobs as well."""

    use = Use.PROMOTIONS

    def find_shown(self, request: Request, name: str) -> Repository:
        """Return the repository, to those who may push there."""
        repository = self.find(request, name)
        if not sees_promotions(principal_of(request), repository):
            message = f"promotions of {repository} are shown to those who may push there"
            raise PermissionDenied(message)
        return repository

    def find_promotion(self, request: Request, name: str, number: int) -> Promotion:
        """Return one of the repository's."""
        rows = promotions_of(self.find_shown(request, name), principal_of(request))
        found = rows.filter(pk=number).first()
        if found is None:
            raise Http404
        return found

    def read(self, request: Request, name: str, sent: Any) -> tuple[Repository, Repository, Wanted]:
        """Return source, target and what is wanted; raise what the flow would raise."""
        given = PromotionInput(data=sent)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        source = self.find(request, name)
        try:
            target = self.find(request, said["target"])
        except Http404 as missing:
            message = f"there is no repository {said['target']!a}, or you may not see it"
            raise PromotionRefused(message) from missing
        image = said["image"]
        digest = image if is_digest(image) else digest_of_tag(source, image)
        tag = "" if is_digest(image) else image
        if not (said["target_tag"] or tag):
            message = "an image that is named by its digest needs a target_tag"
            raise TagsRefused(message)
        return source, target, Wanted(digest, said["target_tag"] or tag, tag, said["reason"])


class Promotions(_PromotionView):
    """Promotions into a repository and out of it."""

    @extend_schema(
        operation_id="repositories_promotions_list", responses=PromotionOutput(many=True)
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of promotions, the newest first."""
        rows = promotions_of(self.find_shown(request, name), principal_of(request))
        return paginated(request, rows, PromotionOutput)

    @extend_schema(
        operation_id="repositories_promotions_ask",
        request=PromotionInput,
        responses={201: PromotionOutput},
    )
    def post(self, request: Request, name: str) -> Response:
        """Ask for an image of this repository to be copied into another."""
        source, target, wanted = self.read(request, name, request.data)
        promotion = request_promotion(source, target, wanted=wanted, by=principal_of(request))
        return Response(_started(promotion), status=201)


class PromotionPreview(_PromotionView):
    """What a promotion would bring."""

    @extend_schema(
        operation_id="repositories_promotions_preview",
        parameters=[
            OpenApiParameter("image", str, required=True),
            OpenApiParameter("target", str, required=True),
        ],
        responses=PromotionPreviewOutput,
    )
    def get(self, request: Request, name: str) -> Response:
        """Say what a promotion would bring; nothing is copied."""
        sent = {key: request.query_params.get(key, "") for key in ("image", "target")}
        source, target, wanted = self.read(request, name, sent | {"target_tag": "latest"})
        check_rights(source, target, by=principal_of(request))
        check_way(source, target)
        try:
            preview = preview_promotion(source, target, wanted.digest)
        except RegistryTrouble as trouble:
            raise RegistrySilent(str(trouble)) from trouble
        return Response(PromotionPreviewOutput(preview).data)


class OnePromotion(_PromotionView):
    """One promotion."""

    @extend_schema(operation_id="repositories_promotions_one", responses=PromotionOutput)
    def get(self, request: Request, name: str, number: int) -> Response:
        """Return a promotion, with how far the copying is."""
        return Response(PromotionOutput(self.find_promotion(request, name, number)).data)


class ApprovePromotion(_PromotionView):
    """A second person lets it go."""

    @extend_schema(request=PromotionAnswerInput, responses=PromotionOutput)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Approve a promotion."""
        promotion, note = self.find_promotion(request, name, number), _note(request)
        return Response(_started(approve_promotion(promotion, by=principal_of(request), note=note)))


class RefusePromotion(_PromotionView):
    """A second person says no."""

    @extend_schema(request=PromotionAnswerInput, responses=PromotionOutput)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Refuse a promotion, for good."""
        promotion, note = self.find_promotion(request, name, number), _note(request)
        return Response(_started(refuse_promotion(promotion, by=principal_of(request), note=note)))


class RetryPromotion(_PromotionView):
    """A failed one is tried again."""

    @extend_schema(request=None, responses=PromotionOutput)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Try a promotion again."""
        promotion = self.find_promotion(request, name, number)
        return Response(_started(retry_promotion(promotion, by=principal_of(request))))


class DropPromotion(_PromotionView):
    """One is given up."""

    @extend_schema(request=None, responses=PromotionOutput)
    def post(self, request: Request, name: str, number: int) -> Response:
        """Drop a promotion; what was copied stays, and no tag points to it."""
        promotion = self.find_promotion(request, name, number)
        return Response(_started(drop_promotion(promotion, by=principal_of(request))))


def _note(request: Request) -> str:
    given = PromotionAnswerInput(data=request.data)
    given.is_valid(raise_exception=True)
    return str(given.validated_data["note"])


def _started(promotion: Promotion) -> Any:
    """Return it as it is answered, and have it copied if that is its state."""
    if promotion.state == PromotionState.COPYING:
        start_soon(continue_promotion, promotion.pk)
    return PromotionOutput(promotion).data
