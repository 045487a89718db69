"""Organizations and namespaces."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import access, denials, grants, namespaces, organizations, renames, usage

urlpatterns: list[URLPattern] = [
    path(
        "organizations/<str:organization>/access/confirm",
        access.ConfirmOrganizationReview.as_view(),
        name="api-organization-review",
    ),
    path(
        "namespaces/<str:name>/settings",
        namespaces.NamespaceSettings.as_view(),
        name="api-namespace-settings",
    ),
    path("namespaces/<str:name>/usage", usage.NamespaceUsage.as_view(), name="api-namespace-usage"),
    path(
        "organizations/<str:organization>/denials",
        denials.OrganizationDenials.as_view(),
        name="api-organization-denials",
    ),
    path(
        "organizations/<str:organization>/access",
        access.OrganizationAccess.as_view(),
        name="api-organization-access",
    ),
    path(
        "organizations/<str:organization>/default-grants",
        grants.DefaultGrants.as_view(),
        name="api-default-grants",
    ),
    path(
        "organizations/<str:organization>/default-grants/<slug:kind>/<str:grantee>",
        grants.OneDefaultGrant.as_view(),
        name="api-default-grant",
    ),
    path(
        "organizations/<str:name>/rename",
        renames.OrganizationRename.as_view(),
        name="api-organization-rename",
    ),
    path(
        "organizations/<str:name>",
        organizations.Organization.as_view(),
        name="api-organization",
    ),
]
