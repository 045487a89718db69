"""Addresses of sessions and machines."""

from __future__ import annotations

from django.urls import path

from tokenauth.web import sessions

urlpatterns = [
    path("settings/sessions", sessions.show, name="web-sessions"),
    path("settings/sessions/end-all", sessions.end_all, name="web-sessions-end-all"),
    path("settings/sessions/<int:session_id>/end", sessions.end_browser, name="web-session-end"),
    path("settings/machines/<int:machine_id>/end", sessions.end_docker, name="web-machine-end"),
]
