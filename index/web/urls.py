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
    own_data,
    publishers,
    references,
    rename,
    repositories,
    robot_operations,
    robots,
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
    path("settings/data", own_data.show, name="web-own-data"),
    path("settings/data/export", own_data.export, name="web-own-data-export"),
    path("settings/data/close", own_data.close, name="web-account-close"),
    path("settings/namespace", namespaces.settings, name="web-namespace-settings"),
    path("settings/requests", access_requests.own, name="web-access-requests"),
    path("settings/requests/new", access_requests.ask, name="web-access-ask"),
    path("settings/robots", robots.of_user, name="web-user-robots"),
    path("settings/robots/new", robots.new_of_user, name="web-user-robot-new"),
    path("o/<str:name>/-/robots", robots.of_organization, name="web-organization-robots"),
    path(
        "o/<str:name>/-/robots/new",
        robots.new_of_organization,
        name="web-organization-robot-new",
    ),
    path("robots/<str:name>", robots.show, name="web-robot"),
    path("robots/<str:name>/settings", robots.change, name="web-robot-change"),
    path("robots/<str:name>/disable", robots.disable, name="web-robot-disable"),
    path("robots/<str:name>/enable", robots.enable, name="web-robot-enable"),
    path("robots/<str:name>/builder", robot_operations.mark_builder, name="web-robot-builder"),
    path(
        "robots/<str:name>/builder/end",
        robot_operations.unmark_builder,
        name="web-robot-builder-end",
    ),
    path("robots/<str:name>/delete", robots.delete, name="web-robot-delete"),
    path("robots/<str:name>/secrets", robot_operations.add, name="web-robot-secret-add"),
    path(
        "robots/<str:name>/secrets/<int:secret_id>/rotate",
        robot_operations.rotate,
        name="web-robot-secret-rotate",
    ),
    path(
        "robots/<str:name>/secrets/<int:secret_id>/revoke",
        robot_operations.revoke,
        name="web-robot-secret-revoke",
    ),
    path("robots/<str:name>/grants", robot_operations.grant, name="web-robot-grant"),
    path(
        "robots/<str:name>/grants/<int:grant_id>/delete",
        robot_operations.revoke_grant,
        name="web-robot-revoke-grant",
    ),
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
    path("o/<str:name>/-/rename", rename.rename, name="web-organization-rename"),
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
    path("r/<path:name>/-/settings/mode", settings.mode, name="web-repository-mode"),
    path(
        "r/<path:name>/-/settings/immutable-tags",
        settings.immutable_tags,
        name="web-repository-immutable-tags",
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
    path("robots/<str:name>/publishers", publishers.of_robot, name="web-robot-publishers"),
    path(
        "robots/<str:name>/publishers/<int:publisher_id>/delete",
        publishers.remove_from_robot,
        name="web-robot-publisher-remove",
    ),
    path("r/<path:name>/-/delete", settings.delete, name="web-repository-delete"),
    path("r/<path:name>", repositories.show, name="web-repository"),
    path("<reference:reference>", references.resolve, name="web-reference"),  # the last resort
]
