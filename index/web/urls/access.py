"""Pages about who may do what in one repository."""

from __future__ import annotations

from django.urls import URLPattern, path

from index.web import access, access_requests, denials, explain, publishers

urlpatterns: list[URLPattern] = [
    path("r/<repository:name>/-/access", access.show, name="web-repository-access"),
    path(
        "r/<repository:name>/-/access/explain", explain.of_repository, name="web-repository-explain"
    ),
    path("r/<repository:name>/-/denials", denials.of_repository, name="web-repository-denials"),
    path(
        "r/<repository:name>/-/access/export/<slug:kind>",
        access.download,
        name="web-repository-access-export",
    ),
    path(
        "r/<repository:name>/-/access/confirm", access.confirm, name="web-repository-access-confirm"
    ),
    path(
        "r/<repository:name>/-/access/requests/<int:request_id>/grant",
        access_requests.grant,
        name="web-access-request-grant",
    ),
    path(
        "r/<repository:name>/-/access/requests/<int:request_id>/decline",
        access_requests.decline,
        name="web-access-request-decline",
    ),
    path("r/<repository:name>/-/settings/grants", access.grant, name="web-repository-grant"),
    path(
        "r/<repository:name>/-/settings/grants/<int:grant_id>/delete",
        access.revoke,
        name="web-repository-revoke",
    ),
    path(
        "r/<repository:name>/-/settings/publishers",
        publishers.of_repository,
        name="web-repository-publishers",
    ),
    path(
        "r/<repository:name>/-/settings/publishers/<int:publisher_id>/delete",
        publishers.remove_from_repository,
        name="web-repository-publisher-remove",
    ),
]
