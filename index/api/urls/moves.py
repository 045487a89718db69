"""Moves of repositories between registries."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import moves

urlpatterns: list[URLPattern] = [
    path("moves", moves.Moves.as_view(), name="api-moves"),
    path("moves/<int:number>", moves.OneMove.as_view(), name="api-move"),
    path("moves/<int:number>/cancel", moves.CancelMove.as_view(), name="api-move-cancel"),
    path("moves/<int:number>/retry", moves.RetryMove.as_view(), name="api-move-retry"),
    path("moves/<int:number>/end-copy", moves.EndMoveCopy.as_view(), name="api-move-end-copy"),
    path("registries/<slug:name>/moves", moves.MoveAll.as_view(), name="api-registry-moves"),
]
