"""What a repository holds: tags, manifests, comparisons."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import manifests, tags

urlpatterns: list[URLPattern] = [
    path("repositories/<repository:name>/-/tags", tags.Tags.as_view(), name="api-tags"),
    path(
        "repositories/<repository:name>/-/tags/<str:tag>/history",
        tags.TagHistory.as_view(),
        name="api-tag-history",
    ),
    path(
        "repositories/<repository:name>/-/tags/<str:tag>/restore",
        tags.RestoreTag.as_view(),
        name="api-tag-restore",
    ),
    path(
        "repositories/<repository:name>/-/compare",
        manifests.Compare.as_view(),
        name="api-compare",
    ),
    path(
        "repositories/<repository:name>/-/manifests/<str:reference>",
        manifests.OneManifest.as_view(),
        name="api-manifest",
    ),
]
