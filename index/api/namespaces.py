"""What holds for the repositories of a namespace, for whoever holds it."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.models import Namespace, Visibility
from index.api.repository_view import RepositoryView
from index.flows.change_namespace import change_default_visibility, change_public_secrets_rule
from index.flows.quotas import lock_namespace
from index.policy import holds_namespace


class NamespaceSettingsOutput(serializers.ModelSerializer[Namespace]):
    """The settings of a namespace."""

    class Meta:
        """The fields, by name."""

        model = Namespace
        fields: ClassVar[list[str]] = ["name", "default_visibility", "refuses_public_secrets"]


class NamespaceSettingsInput(serializers.Serializer[Namespace]):
    """What changes; what is left out stays."""

    default_visibility = serializers.ChoiceField(choices=Visibility.choices, required=False)
    refuses_public_secrets = serializers.BooleanField(
        required=False,
        help_text="Whether secrets that were found keep a repository from becoming public.",
    )


class NamespaceSettings(RepositoryView):
    """The settings of one."""

    part = "organizations"

    @extend_schema(responses=NamespaceSettingsOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the settings of a namespace."""
        return Response(NamespaceSettingsOutput(self._find(request, name)).data)

    def hold(self, request: Request, name: str) -> None:
        """Keep the settings as they are now."""
        lock_namespace(self._find(request, name).pk)

    @extend_schema(request=NamespaceSettingsInput, responses=NamespaceSettingsOutput)
    @conditional
    def patch(self, request: Request, name: str) -> Response:
        """Change the settings that are sent."""
        namespace, by = self._find(request, name), principal_of(request)
        sent = NamespaceSettingsInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted: dict[str, Any] = sent.validated_data
        with transaction.atomic():
            if "default_visibility" in wanted:
                visibility = Visibility(wanted["default_visibility"])
                change_default_visibility(namespace, by=by, visibility=visibility)
            if "refuses_public_secrets" in wanted:
                refuses = wanted["refuses_public_secrets"]
                change_public_secrets_rule(namespace, by=by, refuses=refuses)
        return Response(NamespaceSettingsOutput(namespace).data)

    def _find(self, request: Request, name: str) -> Namespace:
        """Return the namespace to who holds it; to all others there is none."""
        principal = principal_of(request)
        namespace = Namespace.objects.called(name).first()
        if namespace is None or principal.user is None:
            raise Http404
        if not (principal.is_administrator or holds_namespace(principal, namespace)):
            raise Http404
        return namespace
