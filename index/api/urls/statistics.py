"""Addresses of what is counted."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import statistics

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<repository:name>/-/statistics",
        statistics.RepositoryStatistics.as_view(),
        name="api-repository-statistics",
    ),
]
