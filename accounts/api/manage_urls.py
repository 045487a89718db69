"""Addresses for administrators of the site, in the accounts' half of the API."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api import announcements, audit, manage, manage_organizations, manage_site, marks

urlpatterns: list[URLPattern] = [
    path("manage/audit", audit.SiteAudit.as_view(), name="api-site-audit"),
    path(
        "manage/audit/export/<slug:kind>", audit.SiteAuditFile.as_view(), name="api-site-audit-file"
    ),
    path("manage/people", manage.People.as_view(), name="api-manage-people"),
    path("manage/people/<str:name>", manage.OnePerson.as_view(), name="api-manage-person"),
    path("manage/people/<str:name>/log-out", manage.LogOut.as_view(), name="api-manage-log-out"),
    path(
        "manage/people/<str:name>/verify", manage.VerifyAddress.as_view(), name="api-manage-verify"
    ),
    path("manage/people/<str:name>/disable", manage.Disable.as_view(), name="api-manage-disable"),
    path("manage/people/<str:name>/enable", manage.Enable.as_view(), name="api-manage-enable"),
    path(
        "manage/people/<str:name>/reset-second-factor",
        manage.ResetSecondFactor.as_view(),
        name="api-manage-reset-second-factor",
    ),
    path("manage/people/<str:name>/appoint", manage.Appoint.as_view(), name="api-manage-appoint"),
    path("manage/people/<str:name>/dismiss", manage.Dismiss.as_view(), name="api-manage-dismiss"),
    path(
        "manage/verified-namespaces",
        marks.VerifiedNamespaces.as_view(),
        name="api-verified-namespaces",
    ),
    path(
        "manage/verified-namespaces/<str:name>",
        marks.VerifiedNamespace.as_view(),
        name="api-verified-namespace",
    ),
    path("manage/invitations", manage.SiteInvitations.as_view(), name="api-site-invitations"),
    path(
        "manage/invitations/<int:invitation_id>",
        manage.OneSiteInvitation.as_view(),
        name="api-site-invitation",
    ),
    path(
        "manage/organizations",
        manage_organizations.ManagedOrganizations.as_view(),
        name="api-manage-organizations",
    ),
    path(
        "manage/organizations/<str:name>",
        manage_organizations.ManagedOrganization.as_view(),
        name="api-manage-organization",
    ),
    path(
        "manage/organizations/<str:name>/freeze",
        manage_organizations.Freeze.as_view(),
        name="api-manage-freeze",
    ),
    path(
        "manage/organizations/<str:name>/unfreeze",
        manage_organizations.Unfreeze.as_view(),
        name="api-manage-unfreeze",
    ),
    path(
        "manage/organizations/<str:name>/owner",
        manage_organizations.GiveOwner.as_view(),
        name="api-manage-owner",
    ),
    path(
        "manage/announcements",
        announcements.ManagedAnnouncements.as_view(),
        name="api-manage-announcements",
    ),
    path(
        "manage/announcements/<int:announcement_id>",
        announcements.ManagedAnnouncement.as_view(),
        name="api-manage-announcement",
    ),
    path("manage/standing", manage_site.SiteStanding.as_view(), name="api-manage-standing"),
    path("manage/settings", manage_site.SettingsInForce.as_view(), name="api-manage-settings"),
]
