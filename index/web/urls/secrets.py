"""Pages of credentials that were found in images."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import secrets

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/secrets", secrets.show, name="web-repository-secrets"),
    path(
        "r/<repository:name>/-/secrets/<slug:secret>/dismiss",
        secrets.dismiss,
        name="web-repository-secret-dismiss",
    ),
    path(
        "r/<repository:name>/-/secrets/<slug:secret>/reopen",
        secrets.reopen,
        name="web-repository-secret-reopen",
    ),
]
