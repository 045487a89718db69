"""How much of its plan a namespace uses."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.auth import principal_of
from accounts.models import Namespace
from index.api.repository_view import RepositoryView
from index.flows.quotas import Usage, used_by
from index.policy import holds_namespace
from index.pull_counts import Reading
from index.pull_limits import pulls_left


class UsageOutput(serializers.Serializer[Usage]):
    """One thing that a plan may limit."""

    what = serializers.CharField(
        source="noun", help_text="private repositories, members or storage (in bytes)"
    )
    used = serializers.IntegerField()
    limit = serializers.IntegerField(allow_null=True, help_text="Null is none.")


class PullsOutput(serializers.Serializer[Reading]):
    """What is left of the pulls of the namespace's holder, its robots and its CI jobs."""

    limit = serializers.IntegerField(source="limit.events")
    remaining = serializers.IntegerField()
    seconds = serializers.IntegerField(source="limit.seconds", help_text="Of any so many seconds.")
    retry_after = serializers.IntegerField(
        source="wait", help_text="Seconds until the next is possible."
    )


class NamespaceUsageOutput(serializers.Serializer[Any]):
    """A plan and what of it is used."""

    plan = serializers.CharField(allow_null=True, help_text="Null: nothing is limited.")
    usage = UsageOutput(many=True)
    pulls = PullsOutput(allow_null=True, help_text="Null: pulls are not limited.")


class NamespaceUsage(RepositoryView):
    """What a namespace holds."""

    part = "organizations"

    @extend_schema(responses=NamespaceUsageOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return the plan and how much of it is used, to whoever holds the namespace."""
        principal = principal_of(request)
        namespace = Namespace.objects.called(name).select_related("plan", "user").first()
        if namespace is None or not (
            principal.is_administrator or holds_namespace(principal, namespace)
        ):
            raise Http404
        used = used_by([namespace])[namespace.pk]
        found = {
            "plan": used.plan.name if used.plan else None,
            "usage": used.usages,
            "pulls": pulls_left(namespace),
        }
        return Response(NamespaceUsageOutput(found).data)
