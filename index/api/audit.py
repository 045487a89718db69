"""A repository's own audit, for its admins."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.pagination import paginated
from index.api.repository_view import RepositoryView
from index.audit_lines import lines_of


class RepositoryAuditOutput(serializers.Serializer[Any]):
    """One change; from where it came is for owners, in the audit of the namespace."""

    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    action = serializers.CharField()
    actor = serializers.CharField(source="actor_name")
    credential = serializers.CharField()
    target = serializers.CharField()
    details = serializers.DictField()


class RepositoryAudit(RepositoryView):
    """All changes of a repository."""

    @extend_schema(responses=RepositoryAuditOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the changes, newest first."""
        repository = self.find_administered(request, name)
        return paginated(request, lines_of(repository), RepositoryAuditOutput)
