"""Pages about repositories. `-` cannot be part of a name, so what follows `/-/` is ours."""

from __future__ import annotations

from django.urls import path, register_converter

from index.web import (
    access,
    access_requests,
    home,
    namespaces,
    organization_access,
    organizations,
    publishers,
    references,
    repositories,
    settings,
    theme,
)

register_converter(references.ReferenceConverter, "reference")

urlpatterns = [
    path("", home.home, name="web-home"),
    path("explore", home.explore, name="web-explore"),
    path("help", home.help_page, name="web-help"),
    path("theme", theme.choose, name="web-theme"),
    path("new", repositories.new, name="web-new"),
    path("settings/namespace", namespaces.settings, name="web-namespace-settings"),
    path("settings/requests", access_requests.own, name="web-access-requests"),
    path("settings/requests/new", access_requests.ask, name="web-access-ask"),
    path("u/<str:name>", namespaces.user, name="web-user"),
    path("o/<str:name>", namespaces.organization, name="web-organization"),
    path("o/<str:name>/-/delete", organizations.delete, name="web-organization-delete"),
    path("o/<str:name>/-/access", organization_access.show, name="web-organization-access"),
    path(
        "o/<str:name>/-/access/export/<slug:kind>",
        organization_access.download,
        name="web-organization-access-export",
    ),
    path(
        "o/<str:name>/-/access/confirm",
        organization_access.confirm,
        name="web-organization-access-confirm",
    ),
    path("o/<str:name>/-/defaults", organization_access.defaults, name="web-organization-defaults"),
    path(
        "o/<str:name>/-/defaults/add",
        organization_access.add_default,
        name="web-organization-default-add",
    ),
    path(
        "o/<str:name>/-/defaults/<int:default_id>/delete",
        organization_access.delete_default,
        name="web-organization-default-delete",
    ),
    path("r/<path:name>/-/access", access.show, name="web-repository-access"),
    path(
        "r/<path:name>/-/access/export/<slug:kind>",
        access.download,
        name="web-repository-access-export",
    ),
    path("r/<path:name>/-/access/confirm", access.confirm, name="web-repository-access-confirm"),
    path(
        "r/<path:name>/-/access/requests/<int:request_id>/grant",
        access_requests.grant,
        name="web-access-request-grant",
    ),
    path(
        "r/<path:name>/-/access/requests/<int:request_id>/decline",
        access_requests.decline,
        name="web-access-request-decline",
    ),
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
    path("r/<path:name>/-/settings/grants", access.grant, name="web-repository-grant"),
    path(
        "r/<path:name>/-/settings/grants/<int:grant_id>/delete",
        access.revoke,
        name="web-repository-revoke",
    ),
    path(
        "r/<path:name>/-/settings/publishers",
        publishers.of_repository,
        name="web-repository-publishers",
    ),
    path(
        "r/<path:name>/-/settings/publishers/<int:publisher_id>/delete",
        publishers.remove_from_repository,
        name="web-repository-publisher-remove",
    ),
    path("robots/<int:robot_id>/publishers", publishers.of_robot, name="web-robot-publishers"),
    path(
        "robots/<int:robot_id>/publishers/<int:publisher_id>/delete",
        publishers.remove_from_robot,
        name="web-robot-publisher-remove",
    ),
    path("r/<path:name>/-/delete", settings.delete, name="web-repository-delete"),
    path("r/<path:name>", repositories.show, name="web-repository"),
    path("<reference:reference>", references.resolve, name="web-reference"),  # the last resort
]
