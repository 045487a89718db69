"""Addresses of the administration, as far as accounts know it; the rest is in `index.web.urls`."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.web import (
    announcements,
    manage,
    manage_audit,
    manage_home,
    manage_organizations,
    manage_settings,
    marks,
    plans,
)

_PERSON = "manage/people/<str:username>"
_ORGANIZATION = "manage/organizations/<str:name>"
_PLAN = "manage/plans/<int:plan_id>"
_ANNOUNCEMENT = "manage/announcements/<int:announcement_id>"

urlpatterns: list[URLPattern] = [
    path("manage", manage_home.show, name="web-manage"),
    path("manage/look", manage_home.look, name="web-manage-look"),
    path("manage/people", manage.people, name="web-manage-people"),
    path(_PERSON, manage.person, name="web-manage-person"),
    path(f"{_PERSON}/disable", manage.disable, name="web-manage-person-disable"),
    path(f"{_PERSON}/enable", manage.enable, name="web-manage-person-enable"),
    path(
        f"{_PERSON}/reset-second-factor",
        manage.reset_second_factor,
        name="web-manage-person-reset",
    ),
    path(f"{_PERSON}/log-out", manage.log_out, name="web-manage-person-log-out"),
    path(f"{_PERSON}/verify", manage.verify_address, name="web-manage-person-verify"),
    path(f"{_PERSON}/appoint", manage.appoint, name="web-manage-person-appoint"),
    path(f"{_PERSON}/dismiss", manage.dismiss, name="web-manage-person-dismiss"),
    path("manage/organizations", manage_organizations.show_all, name="web-manage-organizations"),
    path(_ORGANIZATION, manage_organizations.show, name="web-manage-organization"),
    path(
        f"{_ORGANIZATION}/freeze",
        manage_organizations.freeze,
        name="web-manage-organization-freeze",
    ),
    path(
        f"{_ORGANIZATION}/unfreeze",
        manage_organizations.unfreeze,
        name="web-manage-organization-unfreeze",
    ),
    path(
        f"{_ORGANIZATION}/owner",
        manage_organizations.give_owner,
        name="web-manage-organization-owner",
    ),
    path("manage/audit", manage_audit.show, name="web-manage-audit"),
    path("manage/audit/export/<slug:kind>", manage_audit.export, name="web-manage-audit-export"),
    path("manage/plans", plans.show_all, name="web-manage-plans"),
    path("manage/plans/new", plans.create, name="web-manage-plan-create"),
    path("manage/plans/assign", plans.assign, name="web-manage-plan-assign"),
    path(_PLAN, plans.show, name="web-manage-plan"),
    path(f"{_PLAN}/change", plans.change, name="web-manage-plan-change"),
    path(f"{_PLAN}/default", plans.default, name="web-manage-plan-default"),
    path(f"{_PLAN}/delete", plans.delete, name="web-manage-plan-delete"),
    path("manage/marks", marks.show, name="web-manage-marks"),
    path("manage/marks/verify", marks.verify, name="web-manage-verify"),
    path("manage/marks/<str:name>/withdraw", marks.withdraw, name="web-manage-verify-withdraw"),
    path("manage/invitations", manage.invitations, name="web-manage-invitations"),
    path(
        "manage/invitations/<int:invitation_id>/revoke",
        manage.revoke_invitation,
        name="web-manage-invitation-revoke",
    ),
    path("manage/announcements", announcements.manage, name="web-manage-announcements"),
    path(_ANNOUNCEMENT, announcements.change, name="web-manage-announcement"),
    path(f"{_ANNOUNCEMENT}/end", announcements.end, name="web-manage-announcement-end"),
    path("manage/settings", manage_settings.show, name="web-manage-settings"),
    path(
        "announcements/<int:announcement_id>/dismiss",
        announcements.dismiss,
        name="web-announcement-dismiss",
    ),
]
