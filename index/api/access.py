"""Who can access what and why, and requests for access."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import at_field
from accounts.api.pagination import Pages, paginated
from accounts.api.recent import require_session
from accounts.models import Namespace
from index.access import AccessFilter, AccessSource, access_rows
from index.access_review import AccessRow, describe
from index.api.grants import GrantInput
from index.api.repository_view import OrganizationView, RepositoryView, plain_name
from index.errors import NameInvalid
from index.flows.request_access import decline_request, grant_request, request_access
from index.flows.review_access import confirm_review
from index.models import AccessRequest, Repository
from index.models.repository import RepositoryQuerySet
from index.names import parse_familiar_name
from index.outbox import start_soon
from index.roles import Role
from index.tasks import announce_access_request

_FILTERS = [
    OpenApiParameter("holder", str, description="Part of the name."),
    OpenApiParameter("repository", str, description="Part of the name."),
    OpenApiParameter("role", str, enum=Role.values),
    OpenApiParameter("source", str, enum=AccessSource.values),
]


class AccessOutput(serializers.Serializer[AccessRow]):
    """One way that leads someone to a repository."""

    repository = serializers.CharField()
    kind = serializers.CharField(help_text="person, team, robot, publisher or everyone")
    holder = serializers.CharField()
    role = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # Field has a `source` too
    through = serializers.CharField(help_text="the team")
    until = serializers.DateTimeField(allow_null=True)
    outside = serializers.BooleanField()
    without_second_factor = serializers.BooleanField()
    disabled = serializers.BooleanField()
    last_push = serializers.DateTimeField(allow_null=True)


class ReviewInput(serializers.Serializer[Any]):
    """What whoever has looked through the list wants to remember of it."""

    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class RequestInput(serializers.Serializer[AccessRequest]):
    """What one asks for."""

    repository = serializers.CharField(max_length=200)
    role = serializers.ChoiceField(choices=Role.choices)
    message = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class AskedOutput(serializers.Serializer[Any]):
    """The same sentence whether there is such a repository or not."""

    detail = serializers.CharField()


class RequestOutput(serializers.ModelSerializer[AccessRequest]):
    """A request."""

    repository = serializers.CharField(source="repository.name")
    user = serializers.CharField(source="user.username")

    class Meta:
        """The fields, by name."""

        model = AccessRequest
        fields: ClassVar[list[str]] = [
            "id", "repository", "user", "role", "message", "created_at", "decided_at", "is_granted",
        ]  # fmt: skip


class RepositoryAccess(RepositoryView):
    """The review of one repository."""

    @extend_schema(parameters=_FILTERS, responses=AccessOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of who has which role, and why."""
        repository = self.find_administered(request, name)
        only = Repository.objects.filter(pk=repository.pk)
        return _review(request, only, repository.namespace)


class OrganizationAccess(OrganizationView):
    """The review of all repositories of an organization."""

    @extend_schema(parameters=_FILTERS, responses=AccessOutput(many=True))
    def get(self, request: Request, organization: str) -> Response:
        """Return a page of who has which role where, and why."""
        namespace = self.find_namespace(request, organization)
        reached = Repository.objects.within_limits(principal_of(request))
        return _review(request, reached.filter(namespace=namespace), namespace)


class ConfirmRepositoryReview(RepositoryView):
    """That somebody has looked through the review of a repository."""

    sessions_alone = ("POST",)

    @extend_schema(request=ReviewInput, responses={204: None})
    def post(self, request: Request, name: str) -> Response:
        """Write down a review; people look through things, so with a session alone."""
        return _confirm(request, self.find_administered(request, name))


class ConfirmOrganizationReview(OrganizationView):
    """That somebody has looked through the review of an organization."""

    sessions_alone = ("POST",)

    @extend_schema(request=ReviewInput, responses={204: None})
    def post(self, request: Request, organization: str) -> Response:
        """Write down a review; people look through things, so with a session alone."""
        return _confirm(request, self.find_namespace(request, organization))


class OwnRequests(RepositoryView):
    """What one asked for."""

    @extend_schema(responses=RequestOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of one's own requests, as far as one may see what they are for."""
        principal = principal_of(request)
        visible = Repository.objects.visible_to(principal).values("pk")
        mine = AccessRequest.objects.filter(user=principal.user, repository__in=visible)
        return _requests(request, mine.exclude(user=None).order_by("-pk"))

    @extend_schema(request=RequestInput, responses={202: AskedOutput})
    def post(self, request: Request) -> Response:
        """Ask the admins of a repository, if there is one of that name."""
        asked = RequestInput(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            name = parse_familiar_name(asked.validated_data["repository"])
        except NameInvalid as error:
            raise at_field(error, "repository") from error
        made = request_access(
            name,
            by=principal_of(request),
            role=Role(asked.validated_data["role"]),
            message=asked.validated_data["message"],
        )
        if made:
            start_soon(announce_access_request, made.pk)
        sentence = f"If {name} exists, its admins have been asked."
        return Response(AskedOutput({"detail": sentence}).data, status=202)


class OpenRequests(RepositoryView):
    """What waits for an answer."""

    @extend_schema(responses=RequestOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of open requests, the oldest first."""
        repository = self.find_administered(request, name)
        waiting = repository.access_requests.filter(decided_at=None, user__is_active=True)
        return _requests(request, waiting.order_by("pk"))


class GrantRequest(RepositoryView):
    """The answer yes."""

    @extend_schema(request=GrantInput, responses=RequestOutput)
    def post(self, request: Request, name: str, request_id: int) -> Response:
        """Give the asker a role; 409 if somebody else has answered meanwhile."""
        found = _find(self.find_administered(request, name), request_id)
        asked = GrantInput(data=request.data)
        asked.is_valid(raise_exception=True)
        role, until = Role(asked.validated_data["role"]), asked.validated_data["until"]
        grant_request(found, by=principal_of(request), role=role, until=until)
        found.refresh_from_db()
        return Response(RequestOutput(found).data)


class DeclineRequest(RepositoryView):
    """The answer no."""

    @extend_schema(request=None, responses=RequestOutput)
    def post(self, request: Request, name: str, request_id: int) -> Response:
        """Decline; the asker is told only if they may know of the repository."""
        found = _find(self.find_administered(request, name), request_id)
        decline_request(found, by=principal_of(request))
        found.refresh_from_db()
        return Response(RequestOutput(found).data)


def _confirm(request: Request, about: Repository | Namespace) -> Response:
    require_session(request, "Confirming a review")
    asked = ReviewInput(data=request.data)
    asked.is_valid(raise_exception=True)
    confirm_review(about, by=principal_of(request), note=asked.validated_data["note"])
    return Response(status=204)


def _find(repository: Repository, request_id: int) -> AccessRequest:
    """Return a request for this repository; another's is not found (case 19)."""
    rows = repository.access_requests.select_related("repository", "user")
    return get_object_or_404(rows, pk=request_id)


def _requests(request: Request, rows: Any) -> Response:
    return paginated(request, rows.select_related("repository", "user"), RequestOutput)


def _review(request: Request, repositories: RepositoryQuerySet, namespace: Namespace) -> Response:
    given = {name: plain_name(request.query_params.get(name)) for name in ("holder", "repository")}
    wanted = AccessFilter(
        **given,
        role=request.query_params.get("role", ""),
        source=request.query_params.get("source", ""),
    )
    pages = Pages()
    found = access_rows(repositories, wanted)
    narrow = partial(access_rows, repositories, wanted)
    page = pages.paginate_queryset(found, request, narrow=narrow)
    rows: Any = [row.as_fields() for row in describe(page, namespace)]
    return pages.get_paginated_response(AccessOutput(rows, many=True).data)
