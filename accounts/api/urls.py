"""Addresses of the accounts' half of the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import people

urlpatterns: list[URLPattern] = [
    path("user", people.OwnAccount.as_view(), name="api-user"),
]
