"""Addresses of organizations. `-` cannot be part of a name, so what follows `/-/` is ours."""

from __future__ import annotations

from django.urls import path

from accounts.web.organizations import (
    audit,
    create,
    domains,
    invitations,
    invites,
    members,
    picture,
    settings,
    team_members,
    teams,
)

_MEMBERS = "o/<str:name>/-/members"
_INVITATIONS = "o/<str:name>/-/invitations"
_TEAMS = "o/<str:name>/-/teams"
_TEAM = f"{_TEAMS}/<str:team>"
_SETTINGS = "o/<str:name>/-/settings"

urlpatterns = [
    path("organizations", create.mine, name="web-organizations"),
    path("organizations/new", create.new, name="web-organization-new"),
    path(_MEMBERS, members.show, name="web-organization-members"),
    path(f"{_MEMBERS}/<str:username>/role", members.role, name="web-organization-member-role"),
    path(
        f"{_MEMBERS}/<str:username>/remove", members.remove, name="web-organization-member-remove"
    ),
    path("o/<str:name>/-/leave", members.leave, name="web-organization-leave"),
    path(_INVITATIONS, invitations.send, name="web-organization-invite"),
    path(
        f"{_INVITATIONS}/<int:invitation_id>/revoke",
        invitations.revoke,
        name="web-organization-invitation-revoke",
    ),
    path(
        f"{_INVITATIONS}/<int:invitation_id>/send-again",
        invitations.again,
        name="web-organization-invitation-again",
    ),
    path(_TEAMS, teams.show_all, name="web-organization-teams"),
    path(f"{_TEAMS}/new", teams.new, name="web-organization-team-new"),
    path(_TEAM, teams.show, name="web-organization-team"),
    path(f"{_TEAM}/change", teams.change, name="web-organization-team-change"),
    path(f"{_TEAM}/group", teams.group, name="web-organization-team-group"),
    path(f"{_TEAM}/delete", teams.delete, name="web-organization-team-delete"),
    path(f"{_TEAM}/members", team_members.add, name="web-organization-team-add"),
    path(
        f"{_TEAM}/members/<str:username>/remove",
        team_members.remove,
        name="web-organization-team-remove",
    ),
    path(
        f"{_TEAM}/members/<str:username>/maintainer",
        team_members.maintainer,
        name="web-organization-team-maintainer",
    ),
    path("o/<str:name>/-/audit", audit.show, name="web-organization-audit"),
    path("o/<str:name>/-/audit.csv", audit.export, name="web-organization-audit-export"),
    path(
        "o/<str:name>/-/audit.jsonl",
        audit.export,
        {"kind": "jsonl"},
        name="web-organization-audit-lines",
    ),
    path(_SETTINGS, settings.show, name="web-organization-settings"),
    path(f"{_SETTINGS}/profile", settings.profile, name="web-organization-profile"),
    path(f"{_SETTINGS}/picture", picture.upload, name="web-organization-picture"),
    path(f"{_SETTINGS}/picture/remove", picture.remove, name="web-organization-picture-remove"),
    path(f"{_SETTINGS}/rules", settings.rules, name="web-organization-rules"),
    path(f"{_SETTINGS}/domains", domains.show, name="web-organization-domains"),
    path(f"{_SETTINGS}/domains/claim", domains.claim, name="web-organization-domain-claim"),
    path(
        f"{_SETTINGS}/domains/<int:domain_id>/check",
        domains.check,
        name="web-organization-domain-check",
    ),
    path(
        f"{_SETTINGS}/domains/<int:domain_id>/remove",
        domains.remove,
        name="web-organization-domain-remove",
    ),
    path("invites/<str:secret>", invites.show, name="web-invite"),
    path("invites/<str:secret>/accept", invites.accept, name="web-invite-accept"),
    path("invites/<str:secret>/decline", invites.decline, name="web-invite-decline"),
    path("invitations/<int:invitation_id>", invites.show_own, name="web-invitation"),
    path(
        "invitations/<int:invitation_id>/accept", invites.accept_own, name="web-invitation-accept"
    ),
    path(
        "invitations/<int:invitation_id>/decline",
        invites.decline_own,
        name="web-invitation-decline",
    ),
]
