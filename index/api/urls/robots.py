"""Robot accounts, as far as repositories are concerned."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import publishers

urlpatterns: list[URLPattern] = [
    path(
        "robots/<str:name>/publishers",
        publishers.RobotPublishers.as_view(),
        name="api-robot-publishers",
    ),
    path(
        "robots/<str:name>/publishers/<int:publisher_id>",
        publishers.RobotPublisher.as_view(),
        name="api-robot-publisher",
    ),
]
