"""Pages about what a repository holds: tags, manifests, comparisons."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import manifests, tags

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/tags", tags.show, name="web-repository-tags"),
    path("r/<repository:name>/-/tags/<str:tag>/history", tags.history, name="web-tag-history"),
    path("r/<repository:name>/-/tags/<str:tag>/restore", tags.restore, name="web-tag-restore"),
    path("r/<repository:name>/-/compare", manifests.compare, name="web-compare"),
    path("r/<repository:name>/-/manifests/<str:reference>", manifests.show, name="web-manifest"),
    path(
        "r/<repository:name>/-/manifests/<str:reference>/raw",
        manifests.raw,
        name="web-manifest-raw",
    ),
]
