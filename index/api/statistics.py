"""Pulls and pushes of a repository, day by day."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from index.api.repository_view import RepositoryView
from index.statistics import SPANS, Day, days_of


class StatisticsQuery(serializers.Serializer[Any]):
    """How far back."""

    days = serializers.ChoiceField(choices=SPANS, required=False, default=SPANS[0])


class DayOutput(serializers.Serializer[Day]):
    """One day, in UTC."""

    day = serializers.DateField()
    pulls = serializers.IntegerField()
    pushes = serializers.IntegerField(help_text="Of tags.")


class StatisticsOutput(serializers.Serializer[Any]):
    """What was counted."""

    pull_count = serializers.IntegerField(help_text="Since the first day.")
    days = DayOutput(many=True, help_text="The oldest first; days without are zero.")


class RepositoryStatistics(RepositoryView):
    """What was counted of one repository."""

    @extend_schema(parameters=[StatisticsQuery], responses=StatisticsOutput)
    def get(self, request: Request, name: str) -> Response:
        """Return pulls and pushes of the last 30, 90 or 365 days, to whoever sees the repository."""
        repository = self.find(request, name)
        query = StatisticsQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        days = days_of(repository, span=int(query.validated_data["days"]))
        found = {"pull_count": repository.pull_count, "days": days}
        return Response(StatisticsOutput(found).data)
