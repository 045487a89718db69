"""Pages that everybody has: the first, explore."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import home, language, pull_client, repositories, theme

urlpatterns: list[URLPattern] = [
    path("", home.home, name="web-home"),
    path("explore", home.explore, name="web-explore"),
    path("client", pull_client.choose, name="web-client"),
    path("theme", theme.choose, name="web-theme"),
    path("language", language.choose, name="web-language"),
    path("settings/appearance", theme.appearance, name="web-appearance"),
    path("new", repositories.new, name="web-new"),
]
