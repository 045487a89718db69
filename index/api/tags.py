"""Tags: the list, what became of one, and pointing it back to what it was."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import CURSOR, LINKS, Pages, linked, read_place, write_place
from index.api.repository_view import RepositoryView
from index.flows.restore_tag import restore_tag
from index.models import Tag
from index.names import is_tag
from index.policy import allowed_actions
from index.tag_history import HistoryRow, history_of
from index.tag_list import TagOrder, found_tags, order_of, sorted_tags, whole_tags
from index.tag_rows import TagRow, tag_rows


class PlatformOutput(serializers.Serializer[Any]):
    """One image of a tag."""

    platform = serializers.CharField(source="name", help_text="Empty if it is not known.")
    digest = serializers.CharField()
    size = serializers.IntegerField(allow_null=True, help_text="Compressed, in bytes.")


class TagOutput(serializers.Serializer[TagRow]):
    """A tag, as far as the caller may know."""

    name = serializers.CharField(source="tag.name")
    digest = serializers.CharField(source="tag.manifest.digest")
    media_type = serializers.CharField(source="tag.manifest.media_type")
    size = serializers.IntegerField(
        source="tag.manifest.largest",
        allow_null=True,
        help_text="Compressed bytes that a pull transfers; of an index those of its largest image.",
    )
    platforms = PlatformOutput(many=True, help_text="50 at most; the manifest has all of them.")
    pushed_at = serializers.DateTimeField(source="tag.pushed_at")
    pushed_by = serializers.CharField(
        source="pusher", help_text="User name, robot or CI job; empty if nobody knows."
    )
    pushed_with = serializers.CharField(
        source="credential", help_text="What proved who it was; for the repository's admins alone."
    )
    pull_count = serializers.IntegerField(source="tag.pull_count")
    last_pulled_at = serializers.DateTimeField(source="tag.last_pulled_at", allow_null=True)
    immutable_by = serializers.CharField(
        help_text="The pattern that freezes it; empty if none does."
    )


class HistoryOutput(serializers.Serializer[HistoryRow]):
    """One change of a tag."""

    at = serializers.DateTimeField()
    kind = serializers.CharField(source="change.kind")
    digest = serializers.CharField(help_text="Empty where the tag was taken off.")
    actor = serializers.CharField()
    credential = serializers.CharField(help_text="For the repository's admins alone.")
    is_current = serializers.BooleanField()
    is_kept = serializers.BooleanField(
        help_text="Whether it can be pointed back to, as far as known."
    )


class RestoreInput(serializers.Serializer[Any]):
    """What a tag is to point to."""

    digest = serializers.CharField(max_length=140)


class RestoredOutput(serializers.Serializer[Tag]):
    """A tag that points back."""

    name = serializers.CharField()
    digest = serializers.CharField(source="manifest.digest")
    pushed_at = serializers.DateTimeField()


class Tags(RepositoryView):
    """The tags of a repository."""

    is_open = True

    @extend_schema(
        operation_id="repositories_tags_list",
        parameters=[
            OpenApiParameter(
                "q", str, description="Part of the name; `v1.*` is how it begins; or a digest."
            ),
            OpenApiParameter("sort", str, enum=[order.value for order in TagOrder]),
        ],
        responses=TagOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of tags."""
        repository, wanted = self.find(request, name), request.query_params
        pages, found = Pages(), found_tags(repository, wanted.get("q", ""))
        listed = sorted_tags(found, order_of(wanted.get("sort", "")))
        tags = whole_tags([row["pk"] for row in pages.paginate_queryset(listed, request)])
        may_administer = allowed_actions(principal_of(request), repository).may_administer
        rows: Any = tag_rows(repository, tags, names_credentials=may_administer)
        return pages.get_paginated_response(TagOutput(rows, many=True).data)


class TagHistory(RepositoryView):
    """What became of a tag."""

    is_open = True

    @extend_schema(
        operation_id="repositories_tags_history",
        parameters=[CURSOR],
        responses=inline_serializer(
            "TagHistoryPage",
            {
                "current": serializers.CharField(help_text="Empty if there is no such tag now."),
                **LINKS,
                "results": HistoryOutput(many=True),
            },
        ),
    )
    def get(self, request: Request, name: str, tag: str) -> Response:
        """Return which digest the tag pointed to and when, the newest first."""
        repository = self.find(request, name)
        page = history_of(
            repository,
            tag if is_tag(tag) else "",
            after=read_place(request) or 0,
            names_credentials=allowed_actions(principal_of(request), repository).may_administer,
        )
        if not (page.rows or page.current):
            raise Http404
        rows: Any = page.rows
        results = HistoryOutput(rows, many=True).data
        following = write_place(request, page.after) if page.after else ""
        return linked(request, results, following=following, current=page.current)


class RestoreTag(RepositoryView):
    """A tag is pointed back."""

    @extend_schema(
        operation_id="repositories_tags_restore",
        summary="Point a tag to an earlier manifest",
        request=RestoreInput,
        responses=RestoredOutput,
    )
    def post(self, request: Request, name: str, tag: str) -> Response:
        """Push what the registry still has under the tag once more."""
        repository = self.find(request, name)
        sent = RestoreInput(data=request.data)
        sent.is_valid(raise_exception=True)
        digest = sent.validated_data["digest"]
        restored = restore_tag(repository, tag, digest=digest, by=principal_of(request))
        return Response(RestoredOutput(restored).data)
