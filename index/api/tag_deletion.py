"""Delete tags, have them back, and rules that delete them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from index.api.repository_view import RepositoryView
from index.deletion_tasks import continue_tag_deletions
from index.flows.delete_tags import MOST_AT_ONCE, delete_tags
from index.flows.retention_rules import add_retention_rule, delete_retention_rule, dry_run
from index.flows.undelete_tag import undelete_tag, undelete_together
from index.models import RetentionRule, TagDeletion
from index.outbox import start_soon
from index.retention import Limits, limits_of
from index.tag_patterns import matching, parse_patterns
from index.tag_trash import check_may_delete, preview_tags


class DeleteTagsInput(serializers.Serializer[Any]):
    """Which tags: by name, by pattern, or both."""

    tags = serializers.ListField(
        child=serializers.CharField(max_length=128), max_length=MOST_AT_ONCE, required=False
    )
    pattern = serializers.CharField(max_length=128, required=False)
    dry_run = serializers.BooleanField(
        default=True, help_text="Only say what would happen: send false to delete."
    )


class TagVerdictOutput(serializers.Serializer[Any]):
    """What would happen to one tag, or does."""

    name = serializers.CharField()
    digest = serializers.CharField()
    refusal = serializers.CharField(help_text="Why it stays; empty if it is deleted.")
    image_goes = serializers.BooleanField(help_text="When the trash is emptied.")
    image_words = serializers.CharField()


class TagDeletionOutput(serializers.ModelSerializer[TagDeletion]):
    """A deleted tag."""

    id = serializers.IntegerField(source="pk")
    rule = serializers.CharField(source="rule.pattern", default="")

    class Meta:
        """The fields, by name."""

        model = TagDeletion
        fields = (
            "id", "tag", "digest", "state", "requested_by_name", "rule", "requested_at",
            "purge_after", "finished_at", "freed", "last_problem",
        )  # fmt: skip


class RetentionLimitsInput(serializers.Serializer[Any]):
    """A rule: what any of its limits keeps stays."""

    pattern = serializers.CharField(max_length=128)
    newest = serializers.IntegerField(
        min_value=1, max_value=1_000_000, default=None, allow_null=True
    )
    pushed_days = serializers.IntegerField(
        min_value=1, max_value=36_500, default=None, allow_null=True
    )
    pulled_days = serializers.IntegerField(
        min_value=1, max_value=36_500, default=None, allow_null=True
    )


class NewRetentionRuleInput(RetentionLimitsInput):
    """A rule, and the proof that its dry run was seen."""

    seen = serializers.CharField(max_length=2_000, help_text="As the dry run gave it.")


class RetentionRuleOutput(serializers.ModelSerializer[RetentionRule]):
    """A rule that is kept."""

    id = serializers.IntegerField(source="pk")
    newest = serializers.IntegerField(source="keep_newest", allow_null=True)
    pushed_days = serializers.IntegerField(source="keep_pushed_days", allow_null=True)
    pulled_days = serializers.IntegerField(source="keep_pulled_days", allow_null=True)
    words = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = RetentionRule
        fields = (
            "id", "pattern", "newest", "pushed_days", "pulled_days", "words", "created_at",
            "last_run_at",
        )  # fmt: skip

    def get_words(self, rule: RetentionRule) -> str:
        """Return it as people read it."""
        return limits_of(rule).words


class RetentionFateOutput(serializers.Serializer[Any]):
    """What a rule would do to one tag."""

    tag = serializers.CharField()
    digest = serializers.CharField()
    goes_by = serializers.CharField(source="goes_by.pattern", default="")
    why = serializers.CharField(help_text="Why it stays.")


class RetentionDryRunOutput(serializers.Serializer[Any]):
    """What a rule would do, and the proof that it was seen."""

    seen = serializers.CharField()
    tags = RetentionFateOutput(many=True)


class UndoneOutput(serializers.Serializer[Any]):
    """What comes back."""

    tags = TagDeletionOutput(many=True)


class DeletedTags(RepositoryView):
    """Tags that were deleted, and the deletion of more."""

    @extend_schema(summary="List deleted tags", responses=TagDeletionOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of them, the last one first."""
        repository = self.find_administered(request, name)
        rows = repository.tag_deletions.select_related("rule").defer("document")
        return paginated(request, rows, TagDeletionOutput)

    @extend_schema(
        summary="Delete tags",
        request=DeleteTagsInput,
        responses={200: TagVerdictOutput(many=True), 202: TagVerdictOutput(many=True)},
    )
    def post(self, request: Request, name: str) -> Response:
        """Say what would happen to each tag; without `dry_run` delete them: all, or none."""
        repository, by = self.find(request, name), principal_of(request)
        check_may_delete(repository, by)
        sent = DeleteTagsInput(data=request.data)
        sent.is_valid(raise_exception=True)
        names = set(sent.validated_data.get("tags", []))
        if pattern := sent.validated_data.get("pattern"):
            parse_patterns([pattern])
            known = repository.tags.values_list("name", flat=True)
            names |= matching(pattern, known)
        verdicts = preview_tags(repository, names)
        if sent.validated_data["dry_run"]:
            return Response(TagVerdictOutput(verdicts, many=True).data)
        delete_tags(repository, dict.fromkeys(names, ""), by=by)
        start_soon(continue_tag_deletions, repository.pk)
        return Response(TagVerdictOutput(verdicts, many=True).data, status=status.HTTP_202_ACCEPTED)


class RestoreDeletedTag(RepositoryView):
    """The way back of a tag."""

    @extend_schema(summary="Have a deleted tag back", request=None, responses={202: None})
    def post(self, request: Request, name: str, deletion_id: int) -> Response:
        """Put the same image under the tag again."""
        repository = self.find(request, name)
        check_may_delete(repository, principal_of(request))
        deletion = repository.tag_deletions.filter(pk=deletion_id).first()
        if deletion is None:
            raise Http404
        undelete_tag(deletion, by=principal_of(request))
        start_soon(continue_tag_deletions, repository.pk)
        return Response(status=status.HTTP_202_ACCEPTED)


class UndoDeletion(RepositoryView):
    """The way back of all tags that were deleted in one go."""

    @extend_schema(summary="Undo a deletion of tags", request=None, responses={202: UndoneOutput})
    def post(self, request: Request, name: str, deletion_id: int) -> Response:
        """Put back what was deleted together with a tag; what was pushed again meanwhile stays."""
        repository = self.find(request, name)
        check_may_delete(repository, principal_of(request))
        deletion = repository.tag_deletions.filter(pk=deletion_id).first()
        if deletion is None:
            raise Http404
        coming = undelete_together(deletion, by=principal_of(request))
        start_soon(continue_tag_deletions, repository.pk)
        return Response(UndoneOutput({"tags": coming}).data, status=status.HTTP_202_ACCEPTED)


class RetentionRules(RepositoryView):
    """The rules of a repository."""

    @extend_schema(summary="List retention rules", responses=RetentionRuleOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of them."""
        repository = self.find_administered(request, name)
        return paginated(
            request, repository.retention_rules.order_by("pattern"), RetentionRuleOutput
        )

    @extend_schema(
        summary="Add a retention rule",
        request=NewRetentionRuleInput,
        responses={201: RetentionRuleOutput},
    )
    def post(self, request: Request, name: str) -> Response:
        """Keep a rule that was run dry within the hour."""
        repository = self.find_administered(request, name)
        sent = NewRetentionRuleInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = dict(sent.validated_data)
        seen = wanted.pop("seen")
        rule = add_retention_rule(repository, Limits(**wanted), by=principal_of(request), seen=seen)
        return Response(RetentionRuleOutput(rule).data, status=status.HTTP_201_CREATED)


class RetentionDryRun(RepositoryView):
    """What a rule would do."""

    @extend_schema(
        summary="Run a retention rule dry",
        request=RetentionLimitsInput,
        responses=RetentionDryRunOutput,
    )
    def post(self, request: Request, name: str) -> Response:
        """Say of each tag what would become of it, and why; nothing is deleted or kept."""
        repository = self.find_administered(request, name)
        sent = RetentionLimitsInput(data=request.data)
        sent.is_valid(raise_exception=True)
        limits = Limits(**sent.validated_data)
        found, seen = dry_run(repository, limits, by=principal_of(request))
        return Response(RetentionDryRunOutput({"seen": seen, "tags": found}).data)


class OneRetentionRule(RepositoryView):
    """One of them."""

    @extend_schema(summary="Delete a retention rule", responses={204: None})
    def delete(self, request: Request, name: str, rule_id: int) -> Response:
        """End it; what it deleted stays in the trash as long as anything."""
        repository = self.find_administered(request, name)
        rule = repository.retention_rules.filter(pk=rule_id).first()
        if rule is None:
            raise Http404
        delete_retention_rule(rule, by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
