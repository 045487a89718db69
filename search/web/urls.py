"""The search page and what belongs to it."""

from __future__ import annotations

from django.urls import path

from search.web import suggestions, views

urlpatterns = [
    path("search", views.search_page, name="web-search"),
    path("search/suggestions", suggestions.suggestions, name="web-search-suggestions"),
    path("search/elsewhere", views.elsewhere_page, name="web-search-elsewhere"),
]
