"""Who may do what in one repository."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import access, denials, explain, grants, publishers

urlpatterns: list[URLPattern] = [
    path(
        "repositories/<repository:name>/-/publishers",
        publishers.RepositoryPublishers.as_view(),
        name="api-repository-publishers",
    ),
    path(
        "repositories/<repository:name>/-/publishers/<int:publisher_id>",
        publishers.RepositoryPublisher.as_view(),
        name="api-repository-publisher",
    ),
    path(
        "repositories/<repository:name>/-/grants",
        grants.Grants.as_view(),
        name="api-repository-grants",
    ),
    path(
        "repositories/<repository:name>/-/grants/<slug:kind>/<str:grantee>",
        grants.Grant.as_view(),
        name="api-repository-grant",
    ),
    path(
        "repositories/<repository:name>/-/access",
        access.RepositoryAccess.as_view(),
        name="api-repository-access",
    ),
    path(
        "repositories/<repository:name>/-/access/why",
        explain.WhyAccess.as_view(),
        name="api-repository-why",
    ),
    path(
        "repositories/<repository:name>/-/access-requests",
        access.OpenRequests.as_view(),
        name="api-repository-requests",
    ),
    path(
        "repositories/<repository:name>/-/access-requests/<int:request_id>/grant",
        access.GrantRequest.as_view(),
        name="api-request-grant",
    ),
    path(
        "repositories/<repository:name>/-/access-requests/<int:request_id>/decline",
        access.DeclineRequest.as_view(),
        name="api-request-decline",
    ),
    path(
        "repositories/<repository:name>/-/access/confirm",
        access.ConfirmRepositoryReview.as_view(),
        name="api-repository-review",
    ),
    path(
        "repositories/<repository:name>/-/denials",
        denials.RepositoryDenials.as_view(),
        name="api-repository-denials",
    ),
]
