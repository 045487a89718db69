"""Table of contents: which protocol is mounted where."""

from __future__ import annotations

from django.urls import include, path

from config import api_description, design, health, lanes, last_resort_models

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    *(path(door.removeprefix("/"), lanes.view) for door in lanes.DOORS),
    path("events/<slug:registry_name>", lanes.view),
    path("", include("tokenauth.urls")),
    path("", include("index.gateway.urls")),
    path("", include("index.v1.urls")),
    path("", include("search.v1.urls")),
    path("", include("search.web.urls")),
    path("api/v1/", include("accounts.api.urls")),
    path("api/v1/", include("index.api.urls")),
    path("api/v1/", include("tokenauth.api.urls")),
    path("api/v1/", include("search.api.urls")),
    path("api/v1/openapi.json", api_description.openapi, name="api-schema"),
    path("", include("config.guide.urls")),
    path("_design/", design.design, name="design"),
    path("_design/question", design.question, name="design-question"),
    path("", include("tokenauth.web.urls")),
    path("", include("accounts.web.urls")),
    path("accounts/", include("allauth.account.urls")),
    path("accounts/2fa/", include("allauth.mfa.urls")),
    path("admin/", last_resort_models.last_resort.urls),
    path("", include("index.web.urls")),  # last: its last pattern takes pasted image references
]

handler400 = "config.views.bad_request"
handler403 = "config.views.permission_denied"
handler404 = "config.views.page_not_found"
handler429 = "config.views.too_many_requests"  # django-allauth's, for its limits
handler500 = "config.views.server_error"
