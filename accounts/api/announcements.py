"""Announcements: what is on, for everybody; making, changing and ending them, for administrators."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.announcements import Banner, banners_for
from accounts.api.auth import principal_of
from accounts.api.pagination import paginated
from accounts.api.recent import Administrators
from accounts.api.views import APIView
from accounts.flows.announce import (
    Wording,
    change_announcement,
    end_announcement,
    make_announcement,
)
from accounts.models import (
    LONGEST_ANNOUNCEMENT,
    Announcement,
    AnnouncementAudience,
    AnnouncementLevel,
)


class BannerOutput(serializers.Serializer[Banner]):
    """What every page shows at present."""

    id = serializers.IntegerField(source="pk")
    text = serializers.CharField()
    level = serializers.ChoiceField(choices=AnnouncementLevel.choices)
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)


class BannersOutput(serializers.Serializer[Any]):
    """All of them."""

    announcements = BannerOutput(many=True)


class AnnouncementOutput(serializers.ModelSerializer[Announcement]):
    """An announcement; `state` is shown, coming or over."""

    state = serializers.ChoiceField(choices=["shown", "coming", "over"])
    created_by = serializers.CharField(source="created_by.username", default=None, allow_null=True)

    class Meta:
        """The fields, by name."""

        model = Announcement
        fields: ClassVar[list[str]] = [
            "id", "text", "level", "audience", "begins_at", "ends_at", "is_dismissible", "state",
            "created_by", "created_at",
        ]  # fmt: skip


class AnnouncementInput(serializers.Serializer[Any]):
    """What is said: plain text on one line; from now on where no beginning is sent."""

    text = serializers.CharField(max_length=LONGEST_ANNOUNCEMENT)
    level = serializers.ChoiceField(choices=AnnouncementLevel.choices, default="info")
    audience = serializers.ChoiceField(choices=AnnouncementAudience.choices, default="everybody")
    begins_at = serializers.DateTimeField(default=timezone.now)
    ends_at = serializers.DateTimeField(
        allow_null=True, default=None, help_text="Null: until somebody ends it."
    )
    is_dismissible = serializers.BooleanField(default=True, help_text="Readers can close it.")


class AnnouncementChange(AnnouncementInput):
    """What changes; what is left out stays."""

    text = serializers.CharField(max_length=LONGEST_ANNOUNCEMENT, required=False)


class Announcements(APIView):
    """What is on."""

    is_open = True
    part = "profile"

    @extend_schema(summary="List what is announced", responses=BannersOutput)
    def get(self, request: Request) -> Response:
        """Return the banners that pages show now, the newest first; closing one is the browser's."""
        is_administrator = principal_of(request).is_administrator
        banners = banners_for(is_administrator=is_administrator, dismissed=set())
        return Response(BannersOutput({"announcements": banners}).data)


class ManagedAnnouncements(APIView):
    """All of them."""

    permission_classes = (Administrators,)

    @extend_schema(summary="List all announcements", responses=AnnouncementOutput(many=True))
    def get(self, request: Request) -> Response:
        """Return a page of announcements, those that begin last first."""
        found = Announcement.objects.select_related("created_by").order_by("-begins_at", "-pk")
        return paginated(request, found, AnnouncementOutput)

    @extend_schema(
        summary="Announce something", request=AnnouncementInput, responses={201: AnnouncementOutput}
    )
    def post(self, request: Request) -> Response:
        """Show a banner on every page, from its time on."""
        sent = AnnouncementInput(data=request.data)
        sent.is_valid(raise_exception=True)
        made = make_announcement(_wording(sent.validated_data), by=principal_of(request))
        return Response(AnnouncementOutput(made).data, status.HTTP_201_CREATED)


class ManagedAnnouncement(APIView):
    """One of them."""

    permission_classes = (Administrators,)

    @extend_schema(
        summary="Change an announcement", request=AnnouncementChange, responses=AnnouncementOutput
    )
    def patch(self, request: Request, announcement_id: int) -> Response:
        """Say it otherwise; who closed it does not see it again."""
        found = get_object_or_404(Announcement, pk=announcement_id)
        sent = AnnouncementChange(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        before = {one.name: getattr(found, one.name) for one in fields(Wording)}
        change_announcement(found, _wording(before | sent.validated_data), by=principal_of(request))
        found.refresh_from_db()
        return Response(AnnouncementOutput(found).data)

    @extend_schema(summary="End an announcement", responses={204: None})
    def delete(self, request: Request, announcement_id: int) -> Response:
        """Show it no longer; one that has not begun goes altogether."""
        found = get_object_or_404(Announcement, pk=announcement_id)
        end_announcement(found, by=principal_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _wording(said: dict[str, Any]) -> Wording:
    return Wording(
        **{
            **said,
            "text": " ".join(said["text"].split()),
            "level": AnnouncementLevel(said["level"]),
            "audience": AnnouncementAudience(said["audience"]),
        }
    )
