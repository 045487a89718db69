"""The search page."""

from __future__ import annotations

from django.urls import path

from search.web import views

urlpatterns = [path("search", views.search_page, name="web-search")]
