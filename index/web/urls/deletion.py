"""Deletion: of repositories and tags, the trash, and rules that delete by themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import deletion

urlpatterns: list[URLPattern] = [
    path("trash", deletion.show, name="web-trash"),
    path("trash/<int:deletion_id>/restore", deletion.restore, name="web-trash-restore"),
    path("trash/<int:deletion_id>/purge", deletion.purge, name="web-trash-purge"),
    path("manage/trash", deletion.show_all, name="web-manage-trash"),
    path("r/<repository:name>/-/delete", deletion.delete, name="web-repository-delete"),
]
