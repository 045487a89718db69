"""Grants: who has which role on a repository, and what new repositories start with."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.errors import at_field
from accounts.api.pagination import paginated
from accounts.models import Namespace
from index.api.repository_view import OrganizationView, RepositoryView
from index.errors import GrantRefused
from index.flows.change_default_grants import give_by_default, stop_giving_by_default
from index.flows.grant_access import grant_access, revoke_access
from index.grantees import Grantee, GranteeKind, find_grantee, kind_of, name_of
from index.models import AccessGrant, DefaultGrant
from index.roles import Role

_KINDS = {"users": GranteeKind.USER, "teams": GranteeKind.TEAM, "robots": GranteeKind.ROBOT}
_RELATED = ("repository", "user", "team__organization", "robot__namespace", "granted_by")


class GrantInput(serializers.Serializer[AccessGrant]):
    """The role, and when it ends by itself."""

    role = serializers.ChoiceField(choices=Role.choices)
    until = serializers.DateTimeField(required=False, allow_null=True, default=None)


class GrantOutput(serializers.Serializer[AccessGrant]):
    """A grant."""

    kind = serializers.SerializerMethodField()
    grantee = serializers.SerializerMethodField()
    role = serializers.CharField()
    until = serializers.DateTimeField(source="expires_at", allow_null=True)
    granted_by = serializers.CharField(source="granted_by.username", default=None, allow_null=True)
    created_at = serializers.DateTimeField()

    def get_kind(self, grant: AccessGrant) -> str:
        """Return user, team or robot."""
        return kind_of(grant.grantee).value

    def get_grantee(self, grant: AccessGrant) -> str:
        """Return its name."""
        return name_of(grant.grantee)


class DefaultGrantInput(serializers.Serializer[DefaultGrant]):
    """The role."""

    role = serializers.ChoiceField(choices=Role.choices)


class DefaultGrantOutput(serializers.Serializer[DefaultGrant]):
    """What a team or robot gets on new repositories."""

    kind = serializers.SerializerMethodField()
    grantee = serializers.SerializerMethodField()
    role = serializers.CharField()

    def get_kind(self, default: DefaultGrant) -> str:
        """Return team or robot."""
        return kind_of(default.grantee).value

    def get_grantee(self, default: DefaultGrant) -> str:
        """Return its name."""
        return name_of(default.grantee)


class Grants(RepositoryView):
    """Who was given a role directly."""

    @extend_schema(responses=GrantOutput(many=True))
    def get(self, request: Request, name: str) -> Response:
        """Return a page of the grants that hold."""
        repository = self.find_administered(request, name)
        holding = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        rows = repository.grants.filter(holding).select_related(*_RELATED).order_by("pk")
        return paginated(request, rows, GrantOutput)


class Grant(RepositoryView):
    """The grant of one grantee: `users/NAME`, `teams/NAME` or `robots/NAME`."""

    @extend_schema(request=GrantInput, responses=GrantOutput)
    def put(self, request: Request, name: str, kind: str, grantee: str) -> Response:
        """Give the role, instead of the one that is there."""
        repository = self.find_administered(request, name)
        asked = GrantInput(data=request.data)
        asked.is_valid(raise_exception=True)
        grant = grant_access(
            repository,
            to=_find(repository.namespace, kind, grantee),
            role=Role(asked.validated_data["role"]),
            until=asked.validated_data["until"],
            by=principal_of(request),
        )
        return Response(GrantOutput(grant).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, name: str, kind: str, grantee: str) -> Response:
        """Take the role away."""
        repository = self.find_administered(request, name)
        rows = repository.grants.select_related(*_RELATED)
        grant = rows.filter(_named(repository.namespace, kind, grantee)).first()
        if grant is None:
            raise Http404
        revoke_access(grant, by=principal_of(request))
        return Response(status=204)


class DefaultGrants(OrganizationView):
    """What new repositories start with."""

    @extend_schema(responses=DefaultGrantOutput(many=True))
    def get(self, request: Request, organization: str) -> Response:
        """Return a page of the defaults."""
        rows = self.find_namespace(request, organization).default_grants
        listed = rows.select_related("team__organization", "robot__namespace").order_by("pk")
        return paginated(request, listed, DefaultGrantOutput)


class OneDefaultGrant(OrganizationView):
    """The default of one team or robot: `teams/NAME` or `robots/NAME`."""

    @extend_schema(request=DefaultGrantInput, responses=DefaultGrantOutput)
    def put(self, request: Request, organization: str, kind: str, grantee: str) -> Response:
        """Give the role on every repository to come."""
        namespace = self.find_namespace(request, organization)
        asked = DefaultGrantInput(data=request.data)
        asked.is_valid(raise_exception=True)
        default = give_by_default(
            namespace,
            to=_find(namespace, kind, grantee),
            role=Role(asked.validated_data["role"]),
            by=principal_of(request),
        )
        return Response(DefaultGrantOutput(default).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, organization: str, kind: str, grantee: str) -> Response:
        """Give the role to repositories to come no more."""
        namespace = self.find_namespace(request, organization)
        rows = namespace.default_grants.select_related(
            "namespace", "team__organization", "robot__namespace"
        )
        default = rows.filter(_named(namespace, kind, grantee)).first() if kind != "users" else None
        if default is None:
            raise Http404
        stop_giving_by_default(default, by=principal_of(request))
        return Response(status=204)


def _find(namespace: Namespace, kind: str, name: str) -> Grantee:
    if kind not in _KINDS:
        raise Http404
    try:
        return find_grantee(namespace, _KINDS[kind], name)
    except GrantRefused as refusal:
        raise at_field(refusal, "grantee") from refusal


def _named(namespace: Namespace, kind: str, name: str) -> Q:
    """Return what finds the row by name, disabled grantees too: their roles can be taken away."""
    fields: dict[str, dict[str, Any]] = {
        "users": {"user__username": name},
        "teams": {"team__name": name.removeprefix(f"{namespace}/")},
        "robots": {"robot__name": name.removeprefix(f"{namespace}+")},
    }
    if kind not in fields:
        raise Http404
    return Q(**fields[kind])
