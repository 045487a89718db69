"""What happened in repositories."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.api.pagination import CURSOR, LINKS, linked, read_place, write_place
from accounts.cursors import read_cursor
from index.activity_feed import Feed, feed, feed_of, followed_by, kinds_for
from index.activity_words import sentence_of, shown_details
from index.api.repository_view import RepositoryView
from index.models import Activity, ActivityKind, Repository
from index.policy import allowed_actions


class ActivityQuery(serializers.Serializer[Any]):
    """What to look for."""

    kind = serializers.ChoiceField(choices=ActivityKind.choices, required=False, default="")


class ActivityOutput(serializers.Serializer[Any]):
    """One thing that happened."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    at = serializers.DateTimeField()
    repository = serializers.CharField(source="repository.name")
    actor = serializers.CharField(source="shown_actor", help_text="Empty: nobody knows.")
    tag = serializers.CharField()
    digest = serializers.CharField()
    details = serializers.SerializerMethodField()
    sentence = serializers.SerializerMethodField()

    def get_details(self, activity: Activity) -> dict[str, Any]:
        """Return the details that may leave this site."""
        return shown_details(activity)

    def get_sentence(self, activity: Activity) -> str:
        """Return what happened, to be read after who did it."""
        return sentence_of(activity)


_ANSWER = inline_serializer("ActivityFeed", {**LINKS, "results": ActivityOutput(many=True)})
_ASKED: list[Any] = [ActivityQuery, CURSOR]


class OwnActivity(RepositoryView):
    """What happened in what one watches, starred or has a part in."""

    @extend_schema(parameters=_ASKED, responses=_ANSWER)
    def get(self, request: Request) -> Response:
        """Return a page of what happened in repositories that one follows, newest first."""
        asked = _asked(request)
        kinds = kinds_for(asked["kind"])
        return _answer(
            request, feed(followed_by(principal_of(request)), kinds=kinds, before=asked["before"])
        )


class NamespaceActivity(RepositoryView):
    """What happened in the repositories of a namespace that one may see."""

    is_open = True

    @extend_schema(parameters=_ASKED, responses=_ANSWER)
    def get(self, request: Request, name: str) -> Response:
        """Return a page of what happened, newest first; an empty one for what is not there."""
        asked = _asked(request)
        visible = Repository.objects.visible_to(principal_of(request))
        inside = visible.filter(namespace__name=name)
        return _answer(
            request, feed(inside, kinds=kinds_for(asked["kind"]), before=asked["before"])
        )


class RepositoryActivity(RepositoryView):
    """What happened in a repository."""

    is_open = True

    @extend_schema(parameters=_ASKED, responses=_ANSWER)
    def get(self, request: Request, name: str) -> Response:
        """Return a page of what happened, newest first; admins read of more kinds."""
        repository, asked = self.find(request, name), _asked(request)
        for_admins = allowed_actions(principal_of(request), repository).may_administer
        kinds = kinds_for(asked["kind"], for_admins=for_admins)
        return _answer(request, feed_of(repository, kinds=kinds, before=asked["before"]))


def _asked(request: Request) -> dict[str, Any]:
    asked = ActivityQuery(data=request.query_params)
    asked.is_valid(raise_exception=True)
    return {**asked.validated_data, "before": read_cursor(read_place(request) or "")}


def _answer(request: Request, found: Feed) -> Response:
    results = ActivityOutput(found.activities, many=True).data
    following = write_place(request, found.before) if found.before else ""
    return linked(request, results, following=following)
