"""Addresses of search in the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from search.api import search

urlpatterns: list[URLPattern] = [
    path("search", search.Search.as_view(), name="api-search"),
    path("search/suggestions", search.Suggestions.as_view(), name="api-search-suggestions"),
    path("search/elsewhere", search.SearchElsewhere.as_view(), name="api-search-elsewhere"),
]
