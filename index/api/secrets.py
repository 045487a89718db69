"""Credentials that were found in images, for the people who administer them."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import Pages
from index.api.repository_view import RepositoryView
from index.flows.check_secrets import dismiss_secret, reopen_secret
from index.models import Dismissal
from index.secret_list import Place, SecretRow, describe, secrets_of


class SecretPlaceOutput(serializers.Serializer[Place]):
    """Where one stands."""

    digest = serializers.CharField(help_text="Of the image's manifest.")
    tags = serializers.ListField(child=serializers.CharField())
    place = serializers.CharField(help_text="An environment variable, a label, a build step.")


class SecretOutput(serializers.Serializer[SecretRow]):
    """One credential, wherever it stands in the repository."""

    id = serializers.CharField(help_text="The same for the same credential in this repository.")
    kind = serializers.CharField()
    words = serializers.CharField(help_text="The kind, for people.")
    excerpt = serializers.CharField(help_text="How it begins. The credential itself is not kept.")
    first_found_at = serializers.DateTimeField()
    place_count = serializers.IntegerField()
    places = SecretPlaceOutput(many=True, help_text="The newest twenty.")
    dismissal = serializers.CharField(help_text="Empty while nobody has answered.")
    dismissed_at = serializers.DateTimeField(allow_null=True)
    dismissed_by = serializers.CharField()


class DismissalInput(serializers.Serializer[Any]):
    """Why it needs nobody any more."""

    dismissal = serializers.ChoiceField(choices=Dismissal.choices)


class RepositorySecrets(RepositoryView):
    """What was found in one repository."""

    @extend_schema(
        responses=SecretOutput(many=True),
    )
    def get(self, request: Request, name: str) -> Response:
        """Return a page of found secrets, unanswered ones first."""
        repository, pages = self.find_administered(request, name), Pages()
        rows: Any = describe(repository, pages.paginate_queryset(secrets_of(repository), request))
        return pages.get_paginated_response(SecretOutput(rows, many=True).data)


class DismissSecret(RepositoryView):
    """The answer to one."""

    @extend_schema(summary="Answer a secret", request=DismissalInput, responses={204: None})
    def post(self, request: Request, name: str, secret: str) -> Response:
        """Say why it needs nobody any more, here and in images to come."""
        repository = self.find_administered(request, name)
        sent = DismissalInput(data=request.data)
        sent.is_valid(raise_exception=True)
        chosen = Dismissal(sent.validated_data["dismissal"])
        if not dismiss_secret(repository, secret, by=principal_of(request), dismissal=chosen):
            raise Http404
        return Response(status=204)


class ReopenSecret(RepositoryView):
    """An answer taken back."""

    @extend_schema(summary="Open a secret again", request=None, responses={204: None})
    def post(self, request: Request, name: str, secret: str) -> Response:
        """Let it be unanswered again."""
        repository = self.find_administered(request, name)
        if not reopen_secret(repository, secret, by=principal_of(request)):
            raise Http404
        return Response(status=204)
