"""A repository's own audit, for its admins."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.audit_search import page_of
from accounts.cursors import PATTERN, read_cursor
from index.api.repository_view import RepositoryView
from index.audit_lines import lines_of


class RepositoryAuditQuery(serializers.Serializer[Any]):
    """Where the page begins."""

    before = serializers.RegexField(PATTERN, default="", help_text="`before` of the former page.")


class RepositoryAuditOutput(serializers.Serializer[Any]):
    """One change; from where it came is for owners, in the audit of the namespace."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(source="actor_name")
    credential = serializers.CharField()
    target = serializers.CharField()
    details = serializers.DictField()


_ANSWER = inline_serializer(
    "RepositoryAuditPage",
    {
        "results": RepositoryAuditOutput(many=True),
        "before": serializers.CharField(help_text="Where the next page begins; empty at the end."),
    },
)


class RepositoryAudit(RepositoryView):
    """All changes of a repository."""

    @extend_schema(parameters=[RepositoryAuditQuery], responses=_ANSWER)
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the changes, newest first."""
        repository = self.find_administered(request, name)
        asked = RepositoryAuditQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        page = page_of(lines_of(repository), read_cursor(asked.validated_data["before"]))
        results = RepositoryAuditOutput(page.events, many=True).data
        return Response({"results": results, "before": page.before})
