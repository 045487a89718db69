"""Repositories: the list, one, its contents."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import repositories

urlpatterns: list[URLPattern] = [
    path("repositories", repositories.Repositories.as_view(), name="api-repositories"),
    path(
        "repositories/<repository:name>",
        repositories.OneRepository.as_view(),
        name="api-repository",
    ),
]
