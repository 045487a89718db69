"""Pages about one's own account, as far as repositories are concerned."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import access_requests, explain, namespaces, own_data

urlpatterns: list[URLPattern] = [
    path("settings/data", own_data.show, name="web-own-data"),
    path("settings/data/export", own_data.export, name="web-own-data-export"),
    path("settings/data/close", own_data.close, name="web-account-close"),
    path("settings/namespace", namespaces.settings, name="web-namespace-settings"),
    path("settings/explain", explain.own, name="web-explain"),
    path("settings/explain/<repository:name>", explain.own, name="web-explain-name"),
    path("settings/requests", access_requests.own, name="web-access-requests"),
    path("settings/requests/new", access_requests.ask, name="web-access-ask"),
]
