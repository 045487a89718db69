"""Repositories: what there is, as far as one may know."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.models import Visibility
from index.api.repository_view import RepositoryView, plain_name
from index.models import Repository
from index.policy import allowed_actions
from index.roles import Action


class RepositoryOutput(serializers.ModelSerializer[Repository]):
    """A repository in a list."""

    namespace = serializers.CharField(source="namespace.name")

    class Meta:
        """The fields, by name."""

        model = Repository
        fields: ClassVar[list[str]] = [
            "name", "namespace", "visibility", "description", "is_official", "is_automated",
            "star_count", "pull_count", "created_at", "last_pushed_at",
        ]  # fmt: skip


class OneRepositoryOutput(RepositoryOutput):
    """A repository, with what the caller may do."""

    readme = serializers.CharField()
    actions = serializers.SerializerMethodField()

    class Meta(RepositoryOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [*RepositoryOutput.Meta.fields, "readme", "actions"]

    def get_actions(self, repository: Repository) -> list[str]:
        """Return what a registry token could be had for."""
        allowed = allowed_actions(self.context["principal"], repository).actions
        return [action.value for action in Action if action in allowed]


class Repositories(RepositoryView):
    """Those the caller may see."""

    is_open = True

    @extend_schema(
        parameters=[
            OpenApiParameter("namespace", str, description="Only of this namespace."),
            OpenApiParameter("visibility", str, enum=Visibility.values),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int, description="100 at most."),
        ],
        responses=RepositoryOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return a page of them, by name. Public ones that nothing was pushed to are left out."""
        found = Repository.objects.listed_for(principal_of(request)).select_related("namespace")
        wanted: dict[str, Any] = {}
        if namespace := plain_name(request.query_params.get("namespace")):
            wanted["namespace__name"] = namespace
        if (visibility := request.query_params.get("visibility")) in Visibility.values:
            wanted["visibility"] = visibility
        return paginated(request, found.filter(**wanted).order_by("name", "pk"), RepositoryOutput)


class OneRepository(RepositoryView):
    """One of them."""

    is_open = True

    @extend_schema(responses=OneRepositoryOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the repository."""
        repository = self.find(request, name)
        context = {"principal": principal_of(request)}
        return Response(OneRepositoryOutput(repository, context=context).data)
