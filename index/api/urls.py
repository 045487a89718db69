"""Addresses of the repositories' half of the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import publishers

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<path:name>/-/publishers",
        publishers.RepositoryPublishers.as_view(),
        name="api-repository-publishers",
    ),
    path(
        "repositories/<path:name>/-/publishers/<int:publisher_id>",
        publishers.RepositoryPublisher.as_view(),
        name="api-repository-publisher",
    ),
    path(
        "robots/<int:robot_id>/publishers",
        publishers.RobotPublishers.as_view(),
        name="api-robot-publishers",
    ),
    path(
        "robots/<int:robot_id>/publishers/<int:publisher_id>",
        publishers.RobotPublisher.as_view(),
        name="api-robot-publisher",
    ),
]
