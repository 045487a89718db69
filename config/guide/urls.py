"""Where the guide is; `docs` and `api` are no names of people."""

from __future__ import annotations

from django.urls import path

from config.guide import views

urlpatterns = [
    path("docs/", views.contents, name="docs"),
    path("docs", views.to_contents),
    path("help", views.to_contents, name="web-help"),
    path("docs/api/", views.api, name="docs-api"),
    path("docs/api", views.to_api),
    path("api/docs", views.to_api, name="api-docs"),
    path("docs/api/<slug:name>/", views.api_group, name="docs-api-group"),
    path("docs/<slug:slug>/", views.chapter, name="docs-page"),
    path("docs/<slug:slug>", views.to_chapter),
]
