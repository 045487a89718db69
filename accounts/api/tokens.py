"""One's own access tokens. For sessions alone: a token never lists, makes or widens credentials."""

from __future__ import annotations

from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.recent import ConfirmedToMake
from accounts.api.views import APIView, ListAPIView
from accounts.flows.personal_access_tokens import (
    NewToken,
    create_token,
    revoke_all_tokens,
    revoke_token,
    rotate_token,
)
from accounts.models import PersonalAccessToken, User
from accounts.snippets import login_command
from accounts.token_limits import ApiPart, read_limits


class TokenOutput(serializers.ModelSerializer[PersonalAccessToken]):
    """A token without its secret."""

    begins_with = serializers.CharField(source="public_part", read_only=True)
    repositories = serializers.ListField(
        source="patterns", child=serializers.CharField(), read_only=True
    )
    actions = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = PersonalAccessToken
        fields: ClassVar[list[str]] = [
            "id", "name", "begins_with", "repositories", "actions", "api_parts", "networks",
            "created_at", "expires_at", "last_used_at", "last_used_address",
        ]  # fmt: skip

    def get_actions(self, token: PersonalAccessToken) -> list[str]:
        """Return all of them; `pull` is always there."""
        return sorted(token.limits.actions)


class NewTokenOutput(serializers.Serializer[Any]):
    """A new token; the secret is in no other answer."""

    token = TokenOutput()
    secret = serializers.CharField()
    docker_login = serializers.CharField()


class TokenInput(serializers.Serializer[Any]):
    """What to make."""

    name = serializers.CharField(max_length=80)
    repositories = serializers.ListField(child=serializers.CharField(max_length=200), max_length=20)
    actions = serializers.ListField(
        child=serializers.ChoiceField(["pull", "push", "delete"]), default=list, max_length=3
    )
    api_parts = serializers.ListField(
        child=serializers.ChoiceField(list(ApiPart)), default=list, max_length=10
    )
    networks = serializers.ListField(
        child=serializers.CharField(max_length=60), default=list, max_length=20
    )
    expires_at = serializers.DateTimeField(allow_null=True)


class OwnTokens(ListAPIView[PersonalAccessToken]):
    """Tokens in use."""

    shown_once = "user/tokens/{token[id]}"
    permission_classes = (ConfirmedToMake,)
    serializer_class = TokenOutput

    def get_queryset(self) -> Any:
        """Return mine."""
        mine = PersonalAccessToken.objects.usable().filter(user=_user(self.request))
        return mine.order_by("-pk")

    @extend_schema(
        summary="Make an access token", request=TokenInput, responses={201: NewTokenOutput}
    )
    def post(self, request: Request) -> Response:
        """Make one; the answer alone has the secret."""
        sent = TokenInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = sent.validated_data
        made = create_token(
            _user(request),
            name=wanted["name"],
            limits=read_limits(wanted["repositories"], wanted["actions"], wanted["api_parts"]),
            networks=wanted["networks"],
            expires_at=wanted["expires_at"],
            by=principal_of(request),
        )
        return _answer(made)


class OwnToken(APIView):
    """One token."""

    permission_classes = (ConfirmedToMake,)

    @extend_schema(summary="Revoke an access token", responses={204: None})
    def delete(self, request: Request, token_id: int) -> Response:
        """End it at once."""
        revoke_token(_own(request, token_id), by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class RevokedOutput(serializers.Serializer[Any]):
    """How many ended."""

    revoked = serializers.IntegerField()


class AllOwnTokens(APIView):
    """All of one's tokens."""

    @extend_schema(summary="Revoke all access tokens", request=None, responses=RevokedOutput)
    def post(self, request: Request) -> Response:
        """End all of one's own at once; in an emergency nobody has to log in again first."""
        count = revoke_all_tokens(_user(request), by=principal_of(request))
        return Response(RevokedOutput({"revoked": count}).data)


class OwnTokenRotation(APIView):
    """A new secret in place of one's old one."""

    shown_once = "user/tokens/{token[id]}"
    permission_classes = (ConfirmedToMake,)

    @extend_schema(summary="Renew an access token", request=None, responses={201: NewTokenOutput})
    def post(self, request: Request, token_id: int) -> Response:
        """Make the successor; the old one ends at once."""
        return _answer(rotate_token(_own(request, token_id), by=principal_of(request)))


def _own(request: Request, token_id: int) -> PersonalAccessToken:
    return get_object_or_404(
        PersonalAccessToken.objects.select_related("user"), pk=token_id, user=_user(request)
    )


def _user(request: Request) -> User:
    user = principal_of(request).user
    assert user is not None  # noqa: S101 - sessions alone come here
    return user


def _answer(made: NewToken) -> Response:
    login = login_command(made.token.user.username, made.value)
    body = {"token": made.token, "secret": made.value, "docker_login": login}
    return Response(NewTokenOutput(body).data, status.HTTP_201_CREATED)
