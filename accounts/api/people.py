"""One's own account, and what everybody may know of others."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.preconditions import conditional
from accounts.api.views import APIView
from accounts.flows.change_profile import change_profile
from accounts.flows.choose_language import choose_language
from accounts.flows.signup import sign_up
from accounts.models import Picture, User


class OwnAccountOutput(serializers.ModelSerializer[User]):
    """What one sees of oneself."""

    class Meta:
        """The fields, by name."""

        model = User
        fields: ClassVar[list[str]] = [
            "username", "display_name", "location", "link", "email", "language", "date_joined",
        ]  # fmt: skip


class ProfileInput(serializers.Serializer[Any]):
    """What one may say of oneself; the rules are the flow's."""

    display_name = serializers.CharField(required=False, allow_blank=True, max_length=80)
    location = serializers.CharField(required=False, allow_blank=True, max_length=80)
    link = serializers.CharField(required=False, allow_blank=True, max_length=200)
    language = serializers.ChoiceField(
        settings.LANGUAGES, required=False, help_text="Of pages and mails; the API stays English."
    )


class PublicUserOutput(serializers.ModelSerializer[User]):
    """What everybody may see."""

    picture = serializers.SerializerMethodField()

    class Meta:
        """The fields, by name."""

        model = User
        fields: ClassVar[list[str]] = [
            "username", "display_name", "location", "link", "date_joined", "picture",
        ]  # fmt: skip

    def get_picture(self, user: User) -> str | None:
        """Return the address of the picture; null for initials."""
        digest = Picture.objects.filter(user=user).values_list("digest", flat=True).first()
        return f"/avatars/{digest}" if digest else None


class SignupInput(serializers.Serializer[Any]):
    """An account to make."""

    username = serializers.CharField(max_length=100)
    email = serializers.CharField(max_length=300)
    password = serializers.CharField(max_length=5000, trim_whitespace=False)
    invitation = serializers.CharField(required=False, default="", max_length=200)
    proof = serializers.CharField(
        required=False,
        default="",
        max_length=4000,
        help_text="The solution of a challenge, where this site asks for one.",
    )


class SignupOutput(serializers.Serializer[Any]):
    """The account, and what comes next."""

    username = serializers.CharField()
    detail = serializers.CharField()


class OwnAccount(APIView):
    """Whose credential this is."""

    part = "profile"

    @extend_schema(responses=OwnAccountOutput)
    def get(self, request: Request) -> Response:
        """Return the account."""
        return Response(OwnAccountOutput(principal_of(request).user).data)

    def hold(self, request: Request) -> None:
        """Keep the account as it is now."""
        _person(request).refresh_from_db(from_queryset=User.objects.select_for_update(no_key=True))

    @extend_schema(request=ProfileInput, responses=OwnAccountOutput)
    @conditional
    def patch(self, request: Request) -> Response:
        """Change the profile, the fields that are sent."""
        principal = principal_of(request)
        user = _person(request)
        sent = ProfileInput(data=request.data)
        sent.is_valid(raise_exception=True)
        wanted = dict(sent.validated_data)
        language = wanted.pop("language", user.language)
        change_profile(user, by=principal, **wanted)
        if language != user.language:
            choose_language(user, language)
            user.language = language
        return Response(OwnAccountOutput(user).data)


class PublicUser(APIView):
    """Somebody with a page."""

    is_open = True
    part = "profile"

    @extend_schema(responses=PublicUserOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return what the page says of a person; 404 as long as no address is proven."""
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None or not user.is_verified:
            raise Http404
        return Response(PublicUserOutput(user).data)


class Signup(APIView):
    """Accounts for those who have none."""

    authentication_classes = ()
    permission_classes = ()
    takes_from_anybody = True

    @extend_schema(request=SignupInput, responses={201: SignupOutput})
    def post(self, request: Request) -> Response:
        """Make an account; it works once its address is proven by logging in on the page."""
        sent = SignupInput(data=request.data)
        sent.is_valid(raise_exception=True)
        user = sign_up(**sent.validated_data, address=request.META["REMOTE_ADDR"])
        detail = "Log in on the page and enter the code that is mailed: then the account works."
        return Response({"username": user.username, "detail": detail}, status.HTTP_201_CREATED)


def _person(request: Request) -> User:
    user = principal_of(request).user
    if user is None:
        raise Http404
    return user
