"""How the site is and what it runs with, for administrators."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.recent import Administrators
from accounts.api.views import APIView
from accounts.standing import Line, Standing, State, look_and_remember, remembered


class StandingLineOutput(serializers.Serializer[Line]):
    """One thing that was looked at."""

    name = serializers.CharField(source="title")
    state = serializers.ChoiceField(choices=[state.value for state in State])
    sentence = serializers.CharField()
    advice = serializers.CharField(help_text="What to do; empty where nothing is.")
    at = serializers.DateTimeField(allow_null=True, help_text="Since when, or when last.")
    detail = serializers.CharField(help_text="Of a program, as it said it.")


class StandingAreaOutput(serializers.Serializer[Any]):
    """Lines about one thing."""

    area = serializers.CharField()
    lines = StandingLineOutput(many=True)


class StandingOutput(serializers.Serializer[Any]):
    """What was found when somebody looked last; `at` is null where nobody has."""

    at = serializers.DateTimeField(allow_null=True)
    is_stale = serializers.BooleanField(help_text="Nobody has looked for too long.")
    bad = serializers.IntegerField(help_text="How many lines say that something is broken.")
    to_look_at = serializers.IntegerField(help_text="How many somebody should look at.")
    areas = StandingAreaOutput(many=True)


class SettingOutput(serializers.Serializer[Any]):
    """A variable; the value of a secret is empty."""

    name = serializers.CharField()
    value = serializers.CharField()
    is_set = serializers.BooleanField(help_text="Whether it was set, or has its default.")
    is_secret = serializers.BooleanField()


class SettingsOutput(serializers.Serializer[Any]):
    """All of them, by name."""

    settings = SettingOutput(many=True)


class SiteStanding(APIView):
    """How everything is."""

    permission_classes = (Administrators,)

    @extend_schema(summary="Show how the site is", responses=StandingOutput)
    def get(self, request: Request) -> Response:
        """Return what was found when somebody looked last; nothing is looked at now."""
        return _answer(remembered())

    @extend_schema(summary="Look at everything now", request=None, responses=StandingOutput)
    def post(self, request: Request) -> Response:
        """Look at workers, queues, registries, disk, keys and all else, and return what was found."""
        return _answer(look_and_remember())


class SettingsInForce(APIView):
    """What this process read at its start."""

    permission_classes = (Administrators,)

    @extend_schema(summary="List the settings in force", responses=SettingsOutput)
    def get(self, request: Request) -> Response:
        """Return each variable with what it is, secrets left out."""
        names = ("name", "value", "is_set", "is_secret")
        rows = [dict(zip(names, row, strict=True)) for row in settings.IN_FORCE]
        return Response(SettingsOutput({"settings": rows}).data)


def _answer(standing: Standing | None) -> Response:
    found: dict[str, Any] = {"at": None, "is_stale": True, "bad": 0, "to_look_at": 0, "areas": []}
    if standing:
        found = {
            "at": standing.at,
            "is_stale": standing.is_stale,
            "bad": standing.count(State.BAD),
            "to_look_at": standing.count(State.LOOK, State.UNKNOWN),
            "areas": [{"area": area, "lines": one} for area, one in standing.areas.items()],
        }
    return Response(StandingOutput(found).data)
