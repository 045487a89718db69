"""Pages about robot accounts."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import publishers, robot_operations, robots

urlpatterns: list[URLPattern] = [
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
    path("robots/<str:name>/publishers", publishers.of_robot, name="web-robot-publishers"),
    path(
        "robots/<str:name>/publishers/<int:publisher_id>/delete",
        publishers.remove_from_robot,
        name="web-robot-publisher-remove",
    ),
]
