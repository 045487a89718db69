"""Trusted publishers of a repository or a robot. For sessions alone: they are a way in."""

from __future__ import annotations

from typing import ClassVar

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import at_field
from accounts.api.pagination import paginated
from accounts.api.recent import require_confirmed_session
from accounts.api.views import APIView
from accounts.models import Namespace, RobotAccount
from index.errors import Denied, NameInvalid, PublisherRefused
from index.flows.trusted_publishers import (
    NamedWorkload,
    add_publisher,
    may_administer_robot,
    remove_publisher,
)
from index.lookup import find_repository
from index.models import Repository, TrustedPublisher
from index.names import parse_familiar_name
from index.policy import allowed_actions


class PublisherInput(serializers.Serializer[TrustedPublisher]):
    """Which jobs to trust; what is left out does not matter."""

    issuer = serializers.CharField(max_length=200)
    source_repository = serializers.CharField(max_length=200)
    workflow = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    ref = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    environment = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default=""
    )


class PublisherOutput(serializers.ModelSerializer[TrustedPublisher]):
    """A trusted publisher."""

    class Meta:
        """The fields, by name."""

        model = TrustedPublisher
        fields: ClassVar[list[str]] = [
            "id", "issuer", "source_repository", "workflow", "ref", "environment",
            "source_owner_id", "source_id", "created_at", "last_used_at",
        ]  # fmt: skip


class _Publishers(APIView):
    """What lists of both kinds of owner share."""

    def find_owner(self, request: Request, **address: str | int) -> Repository | RobotAccount:
        """Return the owner, 404 alike for an unknown one and somebody else's."""
        raise NotImplementedError

    @extend_schema(responses=PublisherOutput(many=True))
    def get(self, request: Request, **address: str | int) -> Response:
        """Return a page of the publishers."""
        owner = self.find_owner(request, **address)
        return paginated(request, owner.publishers.order_by("pk"), PublisherOutput)

    @extend_schema(request=PublisherInput, responses={201: PublisherOutput})
    def post(self, request: Request, **address: str | int) -> Response:
        """Trust these jobs from now on."""
        require_confirmed_session(request, "Changing whom is trusted")
        owner = self.find_owner(request, **address)
        asked = PublisherInput(data=request.data)
        asked.is_valid(raise_exception=True)
        try:
            workload = NamedWorkload(**asked.validated_data)
            publisher = add_publisher(owner, workload, by=principal_of(request))
        except PublisherRefused as refusal:
            raise at_field(refusal, refusal.field or "non_field_errors") from refusal
        except Denied as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return Response(PublisherOutput(publisher).data, status=201)


class _Publisher(APIView):
    """What both kinds of single publishers share."""

    def find_owner(self, request: Request, **address: str | int) -> Repository | RobotAccount:
        """Return the owner, 404 alike for an unknown one and somebody else's."""
        raise NotImplementedError

    @extend_schema(responses={204: None})
    def delete(self, request: Request, publisher_id: int, **address: str | int) -> Response:
        """Trust these jobs no longer; one of another owner is not found (case 19)."""
        require_confirmed_session(request, "Changing whom is trusted")
        owner = self.find_owner(request, **address)
        publisher = get_object_or_404(owner.publishers, pk=publisher_id)
        try:
            remove_publisher(publisher, by=principal_of(request))
        except Denied as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        return Response(status=204)


class _OfRepository:
    def find_owner(self, request: Request, **address: str | int) -> Repository:
        """Return the repository, for its admins."""
        principal = principal_of(request)
        try:
            name = parse_familiar_name(str(address["name"]))
        except NameInvalid as error:
            raise Http404 from error
        repository = find_repository(Repository.objects.visible_to(principal), name)
        if repository is None:
            raise Http404
        if not allowed_actions(principal, repository).may_administer:
            message = f"only admins of {repository} may see and change whom it trusts"
            raise PermissionDenied(message)
        return repository


class _OfRobot:
    def find_owner(self, request: Request, **address: str | int) -> RobotAccount:
        """Return the robot, for those who hold its namespace."""
        namespace, _, name = str(address["name"]).partition("+")
        called = Namespace.objects.called(namespace)
        robots = RobotAccount.objects.filter(namespace__in=called, name=name)
        robot = robots.select_related("namespace").first()
        if robot is None or not may_administer_robot(principal_of(request), robot):
            raise Http404
        return robot


class RepositoryPublishers(_OfRepository, _Publishers):
    """The CI jobs that a repository trusts."""


class RepositoryPublisher(_OfRepository, _Publisher):
    """One of them."""


class RobotPublishers(_OfRobot, _Publishers):
    """The CI jobs that may act as a robot."""


class RobotPublisher(_OfRobot, _Publisher):
    """One of them."""
