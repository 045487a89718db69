"""Addresses of the repositories' half of the API, under /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import (
    access,
    denials,
    explain,
    grants,
    organizations,
    own_data,
    publishers,
    renames,
    repositories,
    usage,
)

urlpatterns: list[URLPattern] = [
    path("user/export", own_data.OwnData.as_view(), name="api-own-data"),
    path("user/close", own_data.CloseAccount.as_view(), name="api-account-close"),
    path(
        "repositories/<path:name>/-/publishers",
        publishers.RepositoryPublishers.as_view(),
        name="api-repository-publishers",
    ),
    path(
        "repositories/<path:name>/-/publishers/<int:publisher_id>",
        publishers.RepositoryPublisher.as_view(),
        name="api-repository-publisher",
    ),
    path(
        "robots/<str:name>/publishers",
        publishers.RobotPublishers.as_view(),
        name="api-robot-publishers",
    ),
    path(
        "robots/<str:name>/publishers/<int:publisher_id>",
        publishers.RobotPublisher.as_view(),
        name="api-robot-publisher",
    ),
    path(
        "repositories/<path:name>/-/grants",
        grants.Grants.as_view(),
        name="api-repository-grants",
    ),
    path(
        "repositories/<path:name>/-/grants/<slug:kind>/<str:grantee>",
        grants.Grant.as_view(),
        name="api-repository-grant",
    ),
    path(
        "repositories/<path:name>/-/access",
        access.RepositoryAccess.as_view(),
        name="api-repository-access",
    ),
    path(
        "repositories/<path:name>/-/access/why",
        explain.WhyAccess.as_view(),
        name="api-repository-why",
    ),
    path(
        "repositories/<path:name>/-/access-requests",
        access.OpenRequests.as_view(),
        name="api-repository-requests",
    ),
    path(
        "repositories/<path:name>/-/access-requests/<int:request_id>/grant",
        access.GrantRequest.as_view(),
        name="api-request-grant",
    ),
    path(
        "repositories/<path:name>/-/access-requests/<int:request_id>/decline",
        access.DeclineRequest.as_view(),
        name="api-request-decline",
    ),
    path(
        "repositories/<path:name>/-/access/confirm",
        access.ConfirmRepositoryReview.as_view(),
        name="api-repository-review",
    ),
    path(
        "organizations/<str:organization>/access/confirm",
        access.ConfirmOrganizationReview.as_view(),
        name="api-organization-review",
    ),
    path("namespaces/<str:name>/usage", usage.NamespaceUsage.as_view(), name="api-namespace-usage"),
    path("explain", explain.Explain.as_view(), name="api-explain"),
    path(
        "repositories/<path:name>/-/denials",
        denials.RepositoryDenials.as_view(),
        name="api-repository-denials",
    ),
    path(
        "organizations/<str:organization>/denials",
        denials.OrganizationDenials.as_view(),
        name="api-organization-denials",
    ),
    path("access-requests", access.OwnRequests.as_view(), name="api-access-requests"),
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
    path("repositories", repositories.Repositories.as_view(), name="api-repositories"),
    # The last of them: a name may be as long as it likes.
    path("repositories/<path:name>", repositories.OneRepository.as_view(), name="api-repository"),
    path(
        "organizations/<str:name>",
        organizations.Organization.as_view(),
        name="api-organization",
    ),
]
