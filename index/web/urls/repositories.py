"""Pages about one repository: its contents, its settings, its end."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import repositories, settings

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/star", repositories.star, name="web-repository-star"),
    path("r/<repository:name>/-/unstar", repositories.unstar, name="web-repository-unstar"),
    path("r/<repository:name>/-/settings", settings.show, name="web-repository-settings"),
    path(
        "r/<repository:name>/-/settings/description",
        settings.description,
        name="web-repository-describe",
    ),
    path(
        "r/<repository:name>/-/settings/visibility",
        settings.visibility,
        name="web-repository-visibility",
    ),
    path("r/<repository:name>/-/settings/mode", settings.mode, name="web-repository-mode"),
    path(
        "r/<repository:name>/-/settings/immutable-tags",
        settings.immutable_tags,
        name="web-repository-immutable-tags",
    ),
    path("r/<repository:name>", repositories.show, name="web-repository"),
]
