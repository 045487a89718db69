"""Pages about namespaces: people's and organizations'."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import (
    denials,
    namespaces,
    organization_access,
    organization_guide,
    organizations,
    rename,
)

urlpatterns: list[URLPattern] = [
    path("u/<str:name>", namespaces.user, name="web-user"),
    path("o/<str:name>", namespaces.organization, name="web-organization"),
    path("o/<str:name>/-/guide/hide", organization_guide.hide, name="web-organization-guide-hide"),
    path("o/<str:name>/-/delete", organizations.delete, name="web-organization-delete"),
    path("o/<str:name>/-/access", organization_access.show, name="web-organization-access"),
    path(
        "o/<str:name>/-/access/export/<slug:kind>",
        organization_access.download,
        name="web-organization-access-export",
    ),
    path(
        "o/<str:name>/-/access/confirm",
        organization_access.confirm,
        name="web-organization-access-confirm",
    ),
    path("o/<str:name>/-/denials", denials.of_organization, name="web-organization-denials"),
    path("o/<str:name>/-/defaults", organization_access.defaults, name="web-organization-defaults"),
    path(
        "o/<str:name>/-/defaults/add",
        organization_access.add_default,
        name="web-organization-default-add",
    ),
    path(
        "o/<str:name>/-/defaults/<int:default_id>/delete",
        organization_access.delete_default,
        name="web-organization-default-delete",
    ),
    path("o/<str:name>/-/rename", rename.rename, name="web-organization-rename"),
]
