"""Deletion: of repositories and tags, the trash, and rules that delete by themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import deletion

urlpatterns: list[URLPattern] = [
    path("trash", deletion.Trash.as_view(), name="api-trash"),
    path(
        "trash/<int:deletion_id>/restore",
        deletion.RestoreFromTrash.as_view(),
        name="api-trash-restore",
    ),
    path(
        "trash/<int:deletion_id>/purge",
        deletion.PurgeFromTrash.as_view(),
        name="api-trash-purge",
    ),
    path(
        "repositories/<repository:name>/-/deletion",
        deletion.RepositoryDeletion.as_view(),
        name="api-repository-deletion",
    ),
]
