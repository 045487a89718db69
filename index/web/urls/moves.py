"""Pages on which administrators move repositories between registries."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import manage_moves as moves

urlpatterns: list[URLPattern] = [
    path("manage/moves", moves.show, name="web-manage-moves"),
    path("manage/moves/add", moves.add, name="web-manage-move-add"),
    path("manage/moves/all", moves.add_all, name="web-manage-move-all"),
    path("manage/moves/<int:number>/cancel", moves.cancel, name="web-manage-move-cancel"),
    path("manage/moves/<int:number>/retry", moves.retry, name="web-manage-move-retry"),
    path("manage/moves/<int:number>/end-copy", moves.end_copy, name="web-manage-move-end-copy"),
]
