"""Who was denied what lately, for the people who can help."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import Pages
from index.api.repository_view import OrganizationView, RepositoryView
from index.denial_list import DenialRow, denials_of, describe
from index.models import Denial, Repository


class DenialOutput(serializers.Serializer[DenialRow]):
    """All that is alike: one asked for the same in the same way, so many times."""

    repository = serializers.CharField()
    name = serializers.CharField(help_text="Who; of anonymous clients their network.")
    credential = serializers.CharField(help_text="What they logged in with.")
    door = serializers.CharField(help_text="Where it was denied.")
    asked = serializers.ListField(child=serializers.CharField())
    granted = serializers.ListField(child=serializers.CharField())
    code = serializers.CharField(help_text="Why, for programs.")
    reason = serializers.CharField(help_text="Why, in words.")
    first_at = serializers.DateTimeField()
    last_at = serializers.DateTimeField()
    count = serializers.IntegerField()
    explain_url = serializers.CharField(help_text="The page that says why, as things are now.")


class RepositoryDenials(RepositoryView):
    """The denials of one repository."""

    @extend_schema(responses=DenialOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of denials, the newest first; for admins."""
        repository = self.find_administered(request, name)
        return _answer(request, denials_of(Repository.objects.filter(pk=repository.pk)))


class OrganizationDenials(OrganizationView):
    """The denials of all repositories of an organization."""

    @extend_schema(responses=DenialOutput(many=True))
    def get(self, request: Request, organization: str) -> Response:
        """Return a page of denials, the newest first; for owners."""
        namespace = self.find_namespace(request, organization)
        reached = Repository.objects.live().within_limits(principal_of(request))
        return _answer(request, denials_of(reached.filter(namespace=namespace)))


def _answer(request: Request, denials: QuerySet[Denial]) -> Response:
    pages = Pages()
    rows: Any = describe(pages.paginate_queryset(denials, request))
    return pages.get_paginated_response(DenialOutput(rows, many=True).data)
