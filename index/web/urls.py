"""Pages about repositories. `-` cannot be part of a name, so what follows `/-/` is ours."""

from __future__ import annotations

from django.urls import path, register_converter

from index.web import home, namespaces, references, repositories, settings, theme

register_converter(references.ReferenceConverter, "reference")

urlpatterns = [
    path("", home.home, name="web-home"),
    path("explore", home.explore, name="web-explore"),
    path("help", home.help_page, name="web-help"),
    path("theme", theme.choose, name="web-theme"),
    path("new", repositories.new, name="web-new"),
    path("settings/namespace", namespaces.settings, name="web-namespace-settings"),
    path("u/<str:name>", namespaces.user, name="web-user"),
    path("o/<str:name>", namespaces.organization, name="web-organization"),
    path("r/<path:name>/-/tags", repositories.tags, name="web-repository-tags"),
    path("r/<path:name>/-/star", repositories.star, name="web-repository-star"),
    path("r/<path:name>/-/unstar", repositories.unstar, name="web-repository-unstar"),
    path("r/<path:name>/-/settings", settings.show, name="web-repository-settings"),
    path(
        "r/<path:name>/-/settings/description",
        settings.description,
        name="web-repository-describe",
    ),
    path(
        "r/<path:name>/-/settings/visibility",
        settings.visibility,
        name="web-repository-visibility",
    ),
    path("r/<path:name>/-/settings/grants", settings.grants, name="web-repository-grant"),
    path(
        "r/<path:name>/-/settings/grants/<int:grant_id>/delete",
        settings.revoke,
        name="web-repository-revoke",
    ),
    path("r/<path:name>/-/delete", settings.delete, name="web-repository-delete"),
    path("r/<path:name>", repositories.show, name="web-repository"),
    path("<reference:reference>", references.resolve, name="web-reference"),  # the last resort
]
