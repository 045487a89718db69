"""Repositories: what there is, as far as one may know, and what its admins change of one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.models import Visibility
from accounts.principals import Principal
from index.api.repository_view import RepositoryView, plain_name
from index.flows.change_repository import (
    change_immutable_tags,
    change_mode,
    change_visibility,
    describe_repository,
)
from index.models import Repository, RepositoryMode
from index.policy import allowed_actions
from index.readme import MAXIMUM_LENGTH
from index.roles import Action
from index.tag_patterns import LONGEST_PATTERN, MOST_PATTERNS


class RepositoryOutput(serializers.ModelSerializer[Repository]):
    """A repository in a list."""

    namespace = serializers.CharField(source="namespace.name")
    is_verified = serializers.BooleanField(
        source="namespace.is_verified",
        help_text="An administrator has looked at who holds the namespace.",
    )

    class Meta:
        """The fields, by name."""

        model = Repository
        fields: ClassVar[list[str]] = [
            "name", "namespace", "visibility", "mode", "description", "is_official", "is_verified", "is_automated",
            "star_count", "pull_count", "created_at", "last_pushed_at",
        ]  # fmt: skip


class OneRepositoryOutput(RepositoryOutput):
    """A repository, with what the caller may do."""

    readme = serializers.CharField()
    immutable_tags = serializers.ListField(child=serializers.CharField())
    stage = serializers.CharField(
        source="registry.stage", help_text="Of the registry that keeps it; empty without one."
    )
    writers = serializers.CharField(
        source="registry.writers", help_text="Who pushes there: anyone, builders, promotion."
    )
    actions = serializers.SerializerMethodField()

    class Meta(RepositoryOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [
            *RepositoryOutput.Meta.fields, "immutable_tags", "stage", "writers", "readme", "actions",
        ]  # fmt: skip

    def get_actions(self, repository: Repository) -> list[str]:
        """Return what a registry token could be had for."""
        allowed = allowed_actions(self.context["principal"], repository).actions
        return [action.value for action in Action if action in allowed]


class RepositoryInput(serializers.Serializer[Repository]):
    """What changes; what is left out stays."""

    description = serializers.CharField(max_length=100, allow_blank=True, required=False)
    readme = serializers.CharField(
        max_length=MAXIMUM_LENGTH, allow_blank=True, required=False, trim_whitespace=False
    )
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    mode = serializers.ChoiceField(choices=RepositoryMode.choices, required=False)
    immutable_tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_PATTERN, trim_whitespace=False),
        max_length=MOST_PATTERNS,
        required=False,
        help_text="Patterns of tags that never change: v*, 1.2.3, or * for every tag.",
    )


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
        return self._answer(request, self.find(request, name))

    @extend_schema(
        summary="Change a repository", request=RepositoryInput, responses=OneRepositoryOutput
    )
    def patch(self, request: Request, name: str) -> Response:
        """Change what is sent: all of it, or nothing where one thing is refused."""
        repository = self.find_administered(request, name)
        sent = RepositoryInput(data=request.data)
        sent.is_valid(raise_exception=True)
        with transaction.atomic():
            _change(repository, principal_of(request), sent.validated_data)
        return self._answer(request, repository)

    def _answer(self, request: Request, repository: Repository) -> Response:
        context = {"principal": principal_of(request)}
        return Response(OneRepositoryOutput(repository, context=context).data)


def _change(repository: Repository, by: Principal, wanted: dict[str, Any]) -> None:
    if {"description", "readme"} & set(wanted):
        describe_repository(
            repository,
            by=by,
            description=wanted.get("description", repository.description),
            readme=wanted.get("readme", repository.readme),
        )
    if "visibility" in wanted:
        change_visibility(repository, by=by, visibility=Visibility(wanted["visibility"]))
    if "mode" in wanted:
        change_mode(repository, by=by, mode=RepositoryMode(wanted["mode"]))
    if "immutable_tags" in wanted:
        change_immutable_tags(repository, by=by, patterns=wanted["immutable_tags"])
