"""Tags: the list, what became of one, and pointing it back to what it was."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from index.api.repository_view import RepositoryView
from index.flows.restore_tag import restore_tag
from index.models import Tag
from index.names import is_tag
from index.policy import allowed_actions
from index.tag_history import HistoryRow, history_of
from index.tag_list import LARGEST_PAGE, PAGE_SIZE, TagOrder, found_tags, order_of, tag_page
from index.tag_rows import TagRow, tag_rows

_LINKS = {
    "next": serializers.CharField(allow_null=True, help_text="Address of the next page."),
    "previous": serializers.CharField(allow_null=True, help_text="Address of the page before."),
}


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
            OpenApiParameter("page_size", int, description=f"{LARGEST_PAGE} at most."),
            OpenApiParameter("after", str, description="From the link to the next page."),
            OpenApiParameter("before", str, description="From the link to the page before."),
        ],
        responses=inline_serializer(
            "TagPage",
            {"count": serializers.IntegerField(), **_LINKS, "results": TagOutput(many=True)},
        ),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of tags: as many found as `count` says."""
        repository, wanted = self.find(request, name), request.query_params
        page = tag_page(
            found_tags(repository, wanted.get("q", "")),
            order=order_of(wanted.get("sort", "")),
            after=wanted.get("after", ""),
            before=wanted.get("before", ""),
            size=_size(wanted.get("page_size", "")),
        )
        may_administer = allowed_actions(principal_of(request), repository).may_administer
        rows: Any = tag_rows(repository, page.tags, names_credentials=may_administer)
        results = TagOutput(rows, many=True).data
        links = {"next": {"after": page.after}, "previous": {"before": page.before}}
        return _page(request, links, {"count": page.count}, results)


class TagHistory(RepositoryView):
    """What became of a tag."""

    is_open = True

    @extend_schema(
        operation_id="repositories_tags_history",
        parameters=[OpenApiParameter("after", int, description="From the link to the next page.")],
        responses=inline_serializer(
            "TagHistoryPage",
            {
                "current": serializers.CharField(help_text="Empty if there is no such tag now."),
                "next": serializers.CharField(allow_null=True),
                "results": HistoryOutput(many=True),
            },
        ),
    )
    def get(self, request: Request, name: str, tag: str) -> Response:
        """Return which digest the tag pointed to and when, the newest first."""
        repository = self.find(request, name)
        after = request.query_params.get("after", "")
        page = history_of(
            repository,
            tag if is_tag(tag) else "",
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
            names_credentials=allowed_actions(principal_of(request), repository).may_administer,
        )
        if not (page.rows or page.current):
            raise Http404
        rows: Any = page.rows
        results = HistoryOutput(rows, many=True).data
        links = {"next": {"after": str(page.after or "")}}
        return _page(request, links, {"current": page.current}, results)


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


def _size(text: str) -> int:
    is_number = text.isascii() and text.isdigit() and len(text) < 6
    return min(max(int(text), 1), LARGEST_PAGE) if is_number else PAGE_SIZE


def _page(
    request: Request, links: dict[str, dict[str, str]], head: dict[str, Any], results: Any
) -> Response:
    """Return results with the addresses of neighbouring pages, in the body and in `Link`."""
    kept = {
        key: value for key, value in request.query_params.items() if key not in {"after", "before"}
    }
    urls = {
        rel: request.build_absolute_uri(f"{request.path}?{urlencode(kept | place)}")
        if all(place.values())
        else None
        for rel, place in links.items()
    }
    response = Response({**head, **urls, "results": results})
    names = {"next": "next", "previous": "prev"}
    if told := [f'<{url}>; rel="{names[rel]}"' for rel, url in urls.items() if url]:
        response["Link"] = ", ".join(told)
    return response
