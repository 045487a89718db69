"""Pages of what happened."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import activity, audit

urlpatterns: list[URLPattern] = [
    path("activity", activity.own, name="web-activity"),
    path("o/<str:name>/-/activity", activity.of_organization, name="web-organization-activity"),
    path("r/<repository:name>/-/activity", activity.of_repository, name="web-repository-activity"),
    path("r/<repository:name>/-/audit", audit.of_repository, name="web-repository-audit"),
    path("r/<repository:name>/-/activity.atom", activity.atom, name="web-repository-atom"),
]
