"""Table of contents: which protocol is mounted where."""

from __future__ import annotations

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("tokenauth.urls")),
    path("", include("index.gateway.urls")),
    path("", include("index.events.urls")),
    path("", include("index.v1.urls")),
    path("", include("search.v1.urls")),
    path("", include("search.web.urls")),
    path("accounts/", include("allauth.account.urls")),
]
