"""Addresses of organizations, under /api/v1/; index adds the one that deletes."""

from __future__ import annotations

from django.urls import URLPattern, path

from accounts.api.organizations import (
    audit,
    domains,
    invitations,
    members,
    organizations,
    own_invitations,
    teams,
)

_ONE = "organizations/<str:name>"
_TEAM = f"{_ONE}/teams/<str:team>"

urlpatterns: list[URLPattern] = [
    path("user/invitations", own_invitations.OwnInvitations.as_view(), name="api-own-invitations"),
    path(
        "user/invitations/<int:invitation_id>/accept",
        own_invitations.AcceptInvitation.as_view(),
        name="api-invitation-accept",
    ),
    path(
        "user/invitations/<int:invitation_id>/decline",
        own_invitations.DeclineInvitation.as_view(),
        name="api-invitation-decline",
    ),
    path("organizations", organizations.Organizations.as_view(), name="api-organizations"),
    path(f"{_ONE}/members", members.Members.as_view(), name="api-members"),
    path(f"{_ONE}/members/<str:username>", members.Member.as_view(), name="api-member"),
    path(f"{_ONE}/invitations", invitations.Invitations.as_view(), name="api-invitations"),
    path(
        f"{_ONE}/invitations/<int:invitation_id>",
        invitations.OneInvitation.as_view(),
        name="api-invitation",
    ),
    path(
        f"{_ONE}/invitations/<int:invitation_id>/send-again",
        invitations.InvitationAgain.as_view(),
        name="api-invitation-again",
    ),
    path(f"{_ONE}/teams", teams.Teams.as_view(), name="api-teams"),
    path(_TEAM, teams.OneTeam.as_view(), name="api-team"),
    path(f"{_TEAM}/members", teams.TeamMembers.as_view(), name="api-team-members"),
    path(f"{_TEAM}/members/<str:username>", teams.TeamMember.as_view(), name="api-team-member"),
    path(f"{_ONE}/domains", domains.Domains.as_view(), name="api-domains"),
    path(f"{_ONE}/domains/<str:domain>", domains.Domain.as_view(), name="api-domain"),
    path(
        f"{_ONE}/domains/<str:domain>/check", domains.DomainCheck.as_view(), name="api-domain-check"
    ),
    path(f"{_ONE}/audit", audit.Audit.as_view(), name="api-audit"),
    path(f"{_ONE}/audit/export/<slug:kind>", audit.AuditFile.as_view(), name="api-audit-file"),
]
