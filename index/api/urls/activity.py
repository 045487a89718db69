"""Addresses of what happened."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import activity, audit

urlpatterns: list[URLPattern] = [
    path("user/activity", activity.OwnActivity.as_view(), name="api-own-activity"),
    path(
        "repositories/<repository:name>/-/audit",
        audit.RepositoryAudit.as_view(),
        name="api-repository-audit",
    ),
    path(
        "namespaces/<str:name>/activity",
        activity.NamespaceActivity.as_view(),
        name="api-namespace-activity",
    ),
    path(
        "repositories/<repository:name>/-/activity",
        activity.RepositoryActivity.as_view(),
        name="api-repository-activity",
    ),
]
