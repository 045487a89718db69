"""Reports of abuse, and what was hidden because of them."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.api import reports

urlpatterns: list[URLPattern] = [
    path("challenge", reports.Challenge.as_view(), name="api-challenge"),
    path(
        "repositories/<repository:name>/-/reports",
        reports.Reports.as_view(),
        name="api-repository-reports",
    ),
    path("manage/reports", reports.ManagedReports.as_view(), name="api-manage-reports"),
    path(
        "manage/reports/<int:report_id>",
        reports.ManagedReport.as_view(),
        name="api-manage-report",
    ),
    path(
        "manage/reports/<int:report_id>/decide",
        reports.DecideReport.as_view(),
        name="api-manage-report-decide",
    ),
    path(
        "manage/hidden-repositories",
        reports.HiddenRepositories.as_view(),
        name="api-hidden-repositories",
    ),
    path(
        "manage/hidden-repositories/<int:hiding_id>/show",
        reports.ShowAgain.as_view(),
        name="api-hidden-repository-show",
    ),
]
