"""Addresses of the repositories' half of the API, under /api/v1/, a module for each topic.

What follows a repository's name stands after `/-/`, which is no part of a name: any order will do.
"""

from __future__ import annotations

from django.urls import URLPattern

import index.addresses  # noqa: F401 - registers <repository:name>
from index.api.urls import (
    access,
    activity,
    contents,
    deletion,
    life,
    moves,
    organizations,
    own,
    promotions,
    registries,
    reports,
    repositories,
    robots,
    secrets,
    statistics,
    webhooks,
)

urlpatterns: list[URLPattern] = [
    *own.urlpatterns,
    *robots.urlpatterns,
    *organizations.urlpatterns,
    *access.urlpatterns,
    *registries.urlpatterns,
    *repositories.urlpatterns,
    *contents.urlpatterns,
    *deletion.urlpatterns,
    *promotions.urlpatterns,
    *moves.urlpatterns,
    *life.urlpatterns,
    *secrets.urlpatterns,
    *reports.urlpatterns,
    *statistics.urlpatterns,
    *activity.urlpatterns,
    *webhooks.urlpatterns,
]
