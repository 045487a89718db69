"""Reports of abuse: the form for everybody, and the decisions of administrators."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import manage_reports, reports

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/report", reports.report, name="web-repository-report"),
    path("manage/reports", manage_reports.show_all, name="web-manage-reports"),
    path("manage/reports/<int:report_id>", manage_reports.show, name="web-manage-report"),
    path(
        "manage/reports/<int:report_id>/decide",
        manage_reports.decide,
        name="web-manage-report-decide",
    ),
    path(
        "manage/reports/hidden/<int:hiding_id>/show",
        manage_reports.unhide,
        name="web-manage-unhide",
    ),
]
