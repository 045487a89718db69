"""Deletion: of repositories and tags, the trash, and rules that delete by themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import deletion, organizations, retention, tag_deletion

urlpatterns: list[URLPattern] = [
    path("trash", deletion.show, name="web-trash"),
    path("trash/<int:deletion_id>/restore", deletion.restore, name="web-trash-restore"),
    path("trash/<int:deletion_id>/purge", deletion.purge, name="web-trash-purge"),
    path(
        "trash/organizations/<int:ending_id>/reopen",
        organizations.reopen,
        name="web-organization-reopen",
    ),
    path("manage/trash", deletion.show_all, name="web-manage-trash"),
    path("r/<repository:name>/-/delete", deletion.delete, name="web-repository-delete"),
    path(
        "r/<repository:name>/-/delete-tags",
        tag_deletion.delete,
        name="web-repository-tags-delete",
    ),
    path(
        "r/<repository:name>/-/deleted-tags",
        tag_deletion.trash,
        name="web-repository-tags-trash",
    ),
    path(
        "r/<repository:name>/-/deleted-tags/<int:deletion_id>/restore",
        tag_deletion.restore,
        name="web-repository-tag-restore",
    ),
    path(
        "r/<repository:name>/-/deleted-tags/<int:deletion_id>/undo",
        tag_deletion.undo,
        name="web-repository-tags-undo",
    ),
    path(
        "r/<repository:name>/-/settings/retention",
        retention.show,
        name="web-repository-retention",
    ),
    path(
        "r/<repository:name>/-/settings/retention/<int:rule_id>/delete",
        retention.remove,
        name="web-repository-retention-remove",
    ),
]
