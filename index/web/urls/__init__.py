"""Addresses of pages, a module for each topic.

What follows a repository's name stands after `/-/`: `r/<repository:name>/-/tags`. `-` alone is no part
of a name, so the order of the modules is free; only the door for pasted references stays last.
"""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

import index.addresses  # noqa: F401 - registers <repository:name>
from index.web import references
from index.web.urls import (
    access,
    activity,
    contents,
    deletion,
    home,
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

register_converter(references.ReferenceConverter, "reference")

urlpatterns: list[URLPattern] = [
    *home.urlpatterns,
    *own.urlpatterns,
    *robots.urlpatterns,
    *organizations.urlpatterns,
    *access.urlpatterns,
    *registries.urlpatterns,
    *reports.urlpatterns,
    *repositories.urlpatterns,
    *contents.urlpatterns,
    *deletion.urlpatterns,
    *promotions.urlpatterns,
    *moves.urlpatterns,
    *life.urlpatterns,
    *secrets.urlpatterns,
    *statistics.urlpatterns,
    *activity.urlpatterns,
    *webhooks.urlpatterns,
    path("<reference:reference>", references.resolve, name="web-reference"),  # the last resort
]
