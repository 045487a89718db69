"""Repositories: what there is, as far as one may know, and what its admins change of one."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.preconditions import conditional
from accounts.models import Visibility
from accounts.principals import Principal
from index.api.repository_view import RepositoryView, plain_name
from index.flows.change_repository import (
    change_immutable_tags,
    change_mode,
    change_visibility,
    describe_repository,
)
from index.flows.change_topics import change_topics
from index.flows.create_repository import create_repository
from index.models import Repository, RepositoryMode, SizeClass
from index.names import parse_repository_name
from index.policy import allowed_actions
from index.readme import MAXIMUM_LENGTH
from index.roles import Action
from index.tag_patterns import LONGEST_PATTERN, MOST_PATTERNS
from index.topics import LONGEST_TOPIC, MOST_TOPICS


class RepositoryOutput(serializers.ModelSerializer[Repository]):
    """A repository in a list."""

    topics = serializers.ListField(child=serializers.CharField())
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
            "topics", "star_count", "pull_count", "created_at", "last_pushed_at",
        ]  # fmt: skip


class OneRepositoryOutput(RepositoryOutput):
    """A repository, with what the caller may do."""

    readme = serializers.CharField()
    readme_from_image = serializers.BooleanField(
        help_text="Whether description and README follow the newest image."
    )
    size_class = serializers.CharField()
    image_facts = serializers.DictField(
        child=serializers.CharField(),
        help_text="What the newest image says: home, source, documentation, licences, version.",
    )
    immutable_tags = serializers.ListField(child=serializers.CharField())
    stage = serializers.CharField(
        source="registry.stage", help_text="Of the registry that keeps it; empty without one."
    )
    writers = serializers.CharField(
        source="registry.writers", help_text="Who pushes there: anyone, builders, promotion."
    )
    registry = serializers.SerializerMethodField(
        help_text="What keeps it; null to those who neither push nor administer."
    )
    actions = serializers.SerializerMethodField()

    class Meta(RepositoryOutput.Meta):
        """The fields, by name."""

        fields: ClassVar[list[str]] = [
            *RepositoryOutput.Meta.fields, "immutable_tags", "stage", "writers", "size_class", "readme", "readme_from_image",
            "image_facts", "registry", "actions",
        ]  # fmt: skip

    def get_registry(self, repository: Repository) -> str | None:
        """Return the registry's name to those who work on the repository."""
        decision = allowed_actions(self.context["principal"], repository)
        works_on_it = decision.may_administer or Action.PUSH in decision.actions
        return repository.registry.name if works_on_it else None

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
    readme_from_image = serializers.BooleanField(
        required=False, help_text="A text that is sent along is one that somebody wrote, and wins."
    )
    topics = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_TOPIC),
        max_length=MOST_TOPICS,
        required=False,
    )
    visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    mode = serializers.ChoiceField(choices=RepositoryMode.choices, required=False)
    immutable_tags = serializers.ListField(
        child=serializers.CharField(max_length=LONGEST_PATTERN, trim_whitespace=False),
        max_length=MOST_PATTERNS,
        required=False,
        help_text="Patterns of tags that never change: v*, 1.2.3, or * for every tag.",
    )


class NewRepositoryInput(serializers.Serializer[Repository]):
    """A repository that is not there yet."""

    name = serializers.CharField(max_length=200, help_text="The whole name: namespace/name.")
    description = serializers.CharField(max_length=100, allow_blank=True, default="")
    visibility = serializers.ChoiceField(
        choices=Visibility.choices,
        required=False,
        help_text="What its namespace has as default if left out.",
    )
    size_class = serializers.ChoiceField(choices=SizeClass.choices, default=SizeClass.ORDINARY)


class Repositories(RepositoryView):
    """Those the caller may see."""

    is_open = True

    @extend_schema(
        parameters=[
            OpenApiParameter("namespace", str, description="Only of this namespace."),
            OpenApiParameter("visibility", str, enum=Visibility.values),
            OpenApiParameter("topic", str, description="Only those that have this topic."),
        ],
        responses=RepositoryOutput(many=True),
    )
    def get(self, request: Request) -> Response:
        """Return a page of repositories, by name. Public ones without a push are left out."""
        found = Repository.objects.listed_for(principal_of(request)).select_related("namespace")
        wanted: dict[str, Any] = {}
        if namespace := plain_name(request.query_params.get("namespace")):
            wanted["namespace__name"] = namespace
        if (visibility := request.query_params.get("visibility")) in Visibility.values:
            wanted["visibility"] = visibility
        if topic := plain_name(request.query_params.get("topic")):
            found = found.about(topic)
        return paginated(request, found.filter(**wanted).order_by("name", "pk"), RepositoryOutput)

    @extend_schema(
        summary="Create a repository",
        request=NewRepositoryInput,
        responses={201: OneRepositoryOutput},
    )
    def post(self, request: Request) -> Response:
        """Create it, on the registry that the rules of this site name. The first push does so, too."""
        sent = NewRepositoryInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted, principal = sent.validated_data, principal_of(request)
        chosen = wanted.get("visibility")
        repository = create_repository(
            parse_repository_name(wanted["name"]),
            by=principal,
            visibility=Visibility(chosen) if chosen else None,
            description=wanted["description"],
            size_class=SizeClass(wanted["size_class"]),
        )
        answer = OneRepositoryOutput(repository, context={"principal": principal})
        return Response(answer.data, status=status.HTTP_201_CREATED)


class OneRepository(RepositoryView):
    """One of them."""

    is_open = True
    passing = ("star_count", "pull_count", "last_pushed_at", "image_facts")
    hold = RepositoryView.hold_administered

    @extend_schema(responses=OneRepositoryOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the repository."""
        return self._answer(request, self.find(request, name))

    @extend_schema(
        summary="Change a repository", request=RepositoryInput, responses=OneRepositoryOutput
    )
    @conditional
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
    if {"description", "readme", "readme_from_image"} & set(wanted):
        describe_repository(
            repository,
            by=by,
            description=wanted.get("description", repository.description),
            readme=wanted.get("readme", repository.readme),
            from_image=wanted.get("readme_from_image"),
        )
    if "topics" in wanted:
        change_topics(repository, by=by, topics=wanted["topics"])
    if "visibility" in wanted:
        change_visibility(repository, by=by, visibility=Visibility(wanted["visibility"]))
    if "mode" in wanted:
        change_mode(repository, by=by, mode=RepositoryMode(wanted["mode"]))
    if "immutable_tags" in wanted:
        change_immutable_tags(repository, by=by, patterns=wanted["immutable_tags"])
