"""Addresses of sessions and machines, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from tokenauth.api import sessions

urlpatterns: list[URLPattern] = [
    path("user/sessions", sessions.Sessions.as_view(), name="api-sessions"),
    path("user/sessions/this", sessions.ThisSession.as_view(), name="api-this-session"),
    path("user/sessions/<int:session_id>", sessions.OneSession.as_view(), name="api-session"),
    path("user/machines", sessions.Machines.as_view(), name="api-machines"),
    path("user/machines/<int:machine_id>", sessions.OneMachine.as_view(), name="api-machine"),
    path(
        "user/log-out-everywhere",
        sessions.LogOutEverywhere.as_view(),
        name="api-log-out-everywhere",
    ),
]
