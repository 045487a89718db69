"""What becomes of a repository: another name, another namespace, and who follows it."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import name_changes, watches

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<repository:name>/-/rename",
        name_changes.RepositoryRename.as_view(),
        name="api-repository-rename",
    ),
    path(
        "repositories/<repository:name>/-/transfer",
        name_changes.RepositoryTransfer.as_view(),
        name="api-repository-transfer",
    ),
    path("transfers", name_changes.Transfers.as_view(), name="api-transfers"),
    path(
        "transfers/<int:transfer_id>/take",
        name_changes.TakeTransfer.as_view(),
        name="api-transfer-take",
    ),
    path(
        "transfers/<int:transfer_id>/decline",
        name_changes.DeclineTransfer.as_view(),
        name="api-transfer-decline",
    ),
    path(
        "repositories/<repository:name>/-/star",
        watches.RepositoryStar.as_view(),
        name="api-repository-star",
    ),
    path(
        "repositories/<repository:name>/-/watch",
        watches.RepositoryWatch.as_view(),
        name="api-repository-watch",
    ),
    path("user/starred", watches.Starred.as_view(), name="api-starred"),
    path("user/watching", watches.Watching.as_view(), name="api-watching"),
]
