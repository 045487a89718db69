"""What is one's own: data, requests, explanations."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import access, explain, own_data

urlpatterns: list[URLPattern] = [
    path("user/export", own_data.OwnData.as_view(), name="api-own-data"),
    path("user/close", own_data.CloseAccount.as_view(), name="api-account-close"),
    path("explain", explain.Explain.as_view(), name="api-explain"),
    path("access-requests", access.OwnRequests.as_view(), name="api-access-requests"),
]
