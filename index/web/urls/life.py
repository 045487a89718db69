"""What becomes of a repository: another name, another namespace, and who follows it."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import name_changes, settings, watches

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/settings/topics", settings.topics, name="web-repository-topics"),
    path("r/<repository:name>/-/rename", name_changes.rename, name="web-repository-rename"),
    path("r/<repository:name>/-/transfer", name_changes.transfer, name="web-repository-transfer"),
    path(
        "r/<repository:name>/-/transfer/withdraw",
        name_changes.withdraw,
        name="web-repository-transfer-withdraw",
    ),
    path("settings/transfers", name_changes.offers, name="web-transfers"),
    path("settings/transfers/<int:transfer_id>/take", name_changes.take, name="web-transfer-take"),
    path(
        "settings/transfers/<int:transfer_id>/decline",
        name_changes.decline,
        name="web-transfer-decline",
    ),
    path("r/<repository:name>/-/watch", watches.watch, name="web-repository-watch"),
    path("r/<repository:name>/-/unwatch", watches.unwatch, name="web-repository-unwatch"),
    path("settings/watching", watches.watching, name="web-watching"),
]
