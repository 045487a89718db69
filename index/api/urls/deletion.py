"""Deletion: of repositories and tags, the trash, and rules that delete by themselves."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import deletion, ended_organizations, tag_deletion

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
        "trash/organizations",
        ended_organizations.EndedOrganizations.as_view(),
        name="api-ended-organizations",
    ),
    path(
        "trash/organizations/<int:ending_id>/reopen",
        ended_organizations.ReopenOrganization.as_view(),
        name="api-organization-reopen",
    ),
    path(
        "repositories/<repository:name>/-/deletion",
        deletion.RepositoryDeletion.as_view(),
        name="api-repository-deletion",
    ),
    path(
        "repositories/<repository:name>/-/deleted-tags",
        tag_deletion.DeletedTags.as_view(),
        name="api-deleted-tags",
    ),
    path(
        "repositories/<repository:name>/-/deleted-tags/<int:deletion_id>/restore",
        tag_deletion.RestoreDeletedTag.as_view(),
        name="api-deleted-tag-restore",
    ),
    path(
        "repositories/<repository:name>/-/deleted-tags/<int:deletion_id>/undo",
        tag_deletion.UndoDeletion.as_view(),
        name="api-deleted-tags-undo",
    ),
    path(
        "repositories/<repository:name>/-/retention-rules",
        tag_deletion.RetentionRules.as_view(),
        name="api-retention-rules",
    ),
    path(
        "repositories/<repository:name>/-/retention-rules/dry-run",
        tag_deletion.RetentionDryRun.as_view(),
        name="api-retention-dry-run",
    ),
    path(
        "repositories/<repository:name>/-/retention-rules/<int:rule_id>",
        tag_deletion.OneRetentionRule.as_view(),
        name="api-retention-rule",
    ),
]
