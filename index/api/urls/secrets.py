"""Credentials that were found in images."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import secrets

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<repository:name>/-/secrets",
        secrets.RepositorySecrets.as_view(),
        name="api-repository-secrets",
    ),
    path(
        "repositories/<repository:name>/-/secrets/<slug:secret>/dismiss",
        secrets.DismissSecret.as_view(),
        name="api-repository-secret-dismiss",
    ),
    path(
        "repositories/<repository:name>/-/secrets/<slug:secret>/reopen",
        secrets.ReopenSecret.as_view(),
        name="api-repository-secret-reopen",
    ),
]
