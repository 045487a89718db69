"""Whatever a page shows or does, an operation of the REST API shows or does: the table of both.

A new page is added here: with its operation (after `/api/v1/`), or with the reason why there is none.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from config.api_description import described
from tests.architecture.permission_matrix import ADDRESSES, TABLES


class Reason(StrEnum):
    """Why a page has no operation."""

    LOG_IN = "makes, confirms or ends a browser's session, which operations are asked with"
    BROWSER = "a ceremony between the browser and a device or a provider"
    MAIL = "where a link of a mail leads; who is logged in has an operation of their own"
    COOKIE = "kept in this browser alone, for what its pages look like"
    TEXT = "a text or a picture to be looked at, without data of its own"
    LEADS_ON = "leads to another address"
    PROGRAMS = "a door of programs, with a protocol of its own"


_REPO = "repositories/{name}"
_ORG = "organizations/{name}"
_ACCESS = "organizations/{organization}"
_REGISTRY = "registries/{name}"
_HOOK = "webhooks/{webhook_id}"

PAGES: dict[str, str | Reason] = {
    # Who one is, and one's own account.
    "account_login": Reason.LOG_IN,
    "account_logout": Reason.LOG_IN,
    "account_inactive": Reason.TEXT,
    "account_signup": "POST signup, GET challenge",
    "account_reauthenticate": Reason.LOG_IN,
    "account_confirm_login_code": Reason.LOG_IN,
    "mfa_authenticate": Reason.LOG_IN,
    "mfa_reauthenticate": Reason.LOG_IN,
    "mfa_reauthenticate_webauthn": Reason.LOG_IN,
    "mfa_login_webauthn": Reason.LOG_IN,
    "mfa_trust": Reason.LOG_IN,
    "account_email": "GET user/addresses, POST user/addresses, DELETE user/addresses/{address_id}, "
    "POST user/addresses/{address_id}/primary",
    # The first address is proven in the session of a log-in that waits for it.
    "account_email_verification_sent": "POST user/addresses/verify",
    "account_change_password": "POST user/password",
    "account_set_password": Reason.MAIL,
    "account_reset_password": Reason.MAIL,
    "account_reset_password_done": Reason.MAIL,
    "account_reset_password_from_key": Reason.MAIL,
    "account_reset_password_from_key_done": Reason.MAIL,
    "mfa_index": "GET user/second-factors",
    "mfa_activate_totp": "POST user/second-factors/app, PUT user/second-factors/app",
    "mfa_deactivate_totp": "DELETE user/second-factors/{factor_id}",
    "mfa_view_recovery_codes": "POST user/second-factors/recovery-codes",
    "mfa_generate_recovery_codes": "POST user/second-factors/recovery-codes",
    "mfa_download_recovery_codes": "POST user/second-factors/recovery-codes",
    "mfa_list_webauthn": "GET user/second-factors",
    "mfa_add_webauthn": Reason.BROWSER,
    "mfa_edit_webauthn": "PATCH user/second-factors/{factor_id}",
    "mfa_remove_webauthn": "DELETE user/second-factors/{factor_id}",
    "openid-login": Reason.BROWSER,
    "openid-callback": Reason.BROWSER,
    "socialaccount_login_cancelled": Reason.BROWSER,
    "socialaccount_signup": Reason.BROWSER,
    "socialaccount_connections": "GET user/connections",
    "web-connection-connect": Reason.BROWSER,
    "web-connection-disconnect": "DELETE user/connections/{account_id}",
    "web-sessions": "GET user/sessions, GET user/machines",
    "web-sessions-end-all": "POST user/log-out-everywhere",
    "web-session-end": "DELETE user/sessions/{session_id}",
    "web-machine-end": "DELETE user/machines/{machine_id}",
    "web-command-line": Reason.BROWSER,
    "web-tokens": "GET user/tokens",
    "web-token-new": "POST user/tokens",
    "web-tokens-revoke-all": "POST user/tokens/revoke-all",
    "web-token-rotate": "POST user/tokens/{token_id}/rotate",
    "web-token-revoke": "DELETE user/tokens/{token_id}",
    "web-profile": "GET user, PATCH user",
    "web-picture-upload": "PUT user/picture",
    "web-picture-remove": "DELETE user/picture",
    "web-picture": Reason.TEXT,
    "web-mails": "GET user/mails, PATCH user/mails",
    "web-unsubscribe": Reason.MAIL,
    "web-security-history": "GET user/history",
    "web-own-data": "POST user/export",
    "web-own-data-export": "POST user/export",
    "web-account-close": "POST user/close",
    "web-namespace-settings": "GET namespaces/{name}/settings, PATCH namespaces/{name}/settings",
    "web-explain": "GET explain",
    "web-explain-name": "GET explain",
    "web-access-requests": "GET access-requests",
    "web-access-ask": "POST access-requests",
    "web-transfers": "GET transfers",
    "web-transfer-take": "POST transfers/{transfer_id}/take",
    "web-transfer-decline": "POST transfers/{transfer_id}/decline",
    "web-watching": "GET user/watching",
    "web-activity": "GET user/activity",
    "web-invite": Reason.MAIL,
    "web-invite-accept": "POST user/invitations/{invitation_id}/accept",
    "web-invite-decline": "POST user/invitations/{invitation_id}/decline",
    "web-invitation": "GET user/invitations",
    "web-invitation-accept": "POST user/invitations/{invitation_id}/accept",
    "web-invitation-decline": "POST user/invitations/{invitation_id}/decline",
    "web-setup": Reason.LOG_IN,
    "web-client": Reason.COOKIE,
    "web-theme": Reason.COOKIE,
    "web-appearance": Reason.COOKIE,
    "web-language": "PATCH user",
    "web-announcement-dismiss": Reason.COOKIE,
    "web-organization-guide-hide": Reason.COOKIE,
    # Robots.
    "web-user-robots": "GET user/robots",
    "web-user-robot-new": "POST user/robots",
    "web-organization-robots": f"GET {_ORG}/robots",
    "web-organization-robot-new": f"POST {_ORG}/robots",
    "web-robot": "GET robots/{name}",
    "web-robot-change": "PATCH robots/{name}",
    "web-robot-disable": "PATCH robots/{name}",
    "web-robot-enable": "PATCH robots/{name}",
    "web-robot-builder": "PATCH robots/{name}",
    "web-robot-builder-end": "PATCH robots/{name}",
    "web-robot-delete": "DELETE robots/{name}",
    "web-robot-secret-add": "POST robots/{name}/secrets",
    "web-robot-secret-rotate": "POST robots/{name}/secrets/{secret_id}/rotate",
    "web-robot-secret-revoke": "DELETE robots/{name}/secrets/{secret_id}",
    "web-robot-grant": f"PUT {_REPO}/-/grants/{{kind}}/{{grantee}}",
    "web-robot-revoke-grant": f"DELETE {_REPO}/-/grants/{{kind}}/{{grantee}}",
    "web-robot-publishers": "GET robots/{name}/publishers, POST robots/{name}/publishers",
    "web-robot-publisher-remove": "DELETE robots/{name}/publishers/{publisher_id}",
    # Organizations.
    "web-organizations": "GET organizations",
    "web-organization-new": "POST organizations",
    "web-organization": f"GET {_ORG}",
    "web-organization-members": f"GET {_ORG}/members, GET {_ORG}/invitations",
    "web-organization-member-role": f"PATCH {_ORG}/members/{{username}}",
    "web-organization-member-remove": f"DELETE {_ORG}/members/{{username}}",
    "web-organization-leave": f"DELETE {_ORG}/members/{{username}}",
    "web-organization-invite": f"POST {_ORG}/invitations",
    "web-organization-invitation-revoke": f"DELETE {_ORG}/invitations/{{invitation_id}}",
    "web-organization-invitation-again": f"POST {_ORG}/invitations/{{invitation_id}}/send-again",
    "web-organization-teams": f"GET {_ORG}/teams",
    "web-organization-team-new": f"POST {_ORG}/teams",
    "web-organization-team": f"GET {_ORG}/teams/{{team}}, GET {_ORG}/teams/{{team}}/members",
    "web-organization-team-change": f"PATCH {_ORG}/teams/{{team}}",
    "web-organization-team-group": f"PATCH {_ORG}/teams/{{team}}",
    "web-organization-team-delete": f"DELETE {_ORG}/teams/{{team}}",
    "web-organization-team-add": f"PUT {_ORG}/teams/{{team}}/members/{{username}}",
    "web-organization-team-remove": f"DELETE {_ORG}/teams/{{team}}/members/{{username}}",
    "web-organization-team-maintainer": f"PUT {_ORG}/teams/{{team}}/members/{{username}}",
    "web-organization-audit": f"GET {_ORG}/audit",
    "web-organization-audit-export": f"GET {_ORG}/audit/export/{{kind}}",
    "web-organization-audit-lines": f"GET {_ORG}/audit/export/{{kind}}",
    "web-organization-settings": f"GET {_ORG}, GET namespaces/{{name}}/settings",
    "web-organization-profile": f"PATCH {_ORG}",
    "web-organization-picture": f"PUT {_ORG}/picture",
    "web-organization-picture-remove": f"DELETE {_ORG}/picture",
    "web-organization-rules": f"PATCH {_ORG}",
    "web-organization-domains": f"GET {_ORG}/domains",
    "web-organization-domain-claim": f"POST {_ORG}/domains",
    "web-organization-domain-check": f"POST {_ORG}/domains/{{domain}}/check",
    "web-organization-domain-remove": f"DELETE {_ORG}/domains/{{domain}}",
    "web-organization-delete": f"DELETE {_ORG}",
    "web-organization-reopen": "POST trash/organizations/{ending_id}/reopen",
    "web-organization-access": f"GET {_ACCESS}/access",
    "web-organization-access-export": f"GET {_ACCESS}/access",
    "web-organization-access-confirm": f"POST {_ACCESS}/access/confirm",
    "web-organization-denials": f"GET {_ACCESS}/denials",
    "web-organization-defaults": f"GET {_ACCESS}/default-grants",
    "web-organization-default-add": f"PUT {_ACCESS}/default-grants/{{kind}}/{{grantee}}",
    "web-organization-default-delete": f"DELETE {_ACCESS}/default-grants/{{kind}}/{{grantee}}",
    "web-organization-rename": f"POST {_ORG}/rename",
    "web-organization-activity": "GET namespaces/{name}/activity",
    # Repositories.
    "web-home": "GET repositories, GET user/activity, GET announcements, GET access-requests",
    "web-explore": "GET repositories, GET search",
    "web-new": "POST repositories",
    "web-user": "GET users/{name}, GET repositories",
    "web-search": "GET search",
    "web-search-suggestions": "GET search/suggestions",
    "web-search-elsewhere": "GET search/elsewhere",
    "web-repository": f"GET {_REPO}, GET {_REPO}/-/tags",
    "web-repository-tags": f"GET {_REPO}/-/tags",
    "web-tag-history": f"GET {_REPO}/-/tags/{{tag}}/history",
    "web-tag-restore": f"POST {_REPO}/-/tags/{{tag}}/restore",
    "web-compare": f"GET {_REPO}/-/compare",
    "web-manifest": f"GET {_REPO}/-/manifests/{{reference}}",
    "web-manifest-raw": f"GET {_REPO}/-/manifests/{{reference}}",
    "web-repository-star": f"PUT {_REPO}/-/star",
    "web-repository-unstar": f"DELETE {_REPO}/-/star",
    "web-repository-watch": f"PUT {_REPO}/-/watch",
    "web-repository-unwatch": f"DELETE {_REPO}/-/watch",
    "web-repository-report": f"POST {_REPO}/-/reports, GET challenge",
    "web-repository-settings": f"GET {_REPO}, GET {_REPO}/-/grants",
    "web-repository-describe": f"PATCH {_REPO}",
    "web-repository-visibility": f"PATCH {_REPO}",
    "web-repository-mode": f"PATCH {_REPO}",
    "web-repository-immutable-tags": f"PATCH {_REPO}",
    "web-repository-topics": f"PATCH {_REPO}",
    "web-repository-access": f"GET {_REPO}/-/access, GET {_REPO}/-/access-requests",
    "web-repository-explain": f"GET {_REPO}/-/access/why",
    "web-repository-denials": f"GET {_REPO}/-/denials",
    "web-repository-access-export": f"GET {_REPO}/-/access",
    "web-repository-access-confirm": f"POST {_REPO}/-/access/confirm",
    "web-access-request-grant": f"POST {_REPO}/-/access-requests/{{request_id}}/grant",
    "web-access-request-decline": f"POST {_REPO}/-/access-requests/{{request_id}}/decline",
    "web-repository-grant": f"PUT {_REPO}/-/grants/{{kind}}/{{grantee}}",
    "web-repository-revoke": f"DELETE {_REPO}/-/grants/{{kind}}/{{grantee}}",
    "web-repository-publishers": f"GET {_REPO}/-/publishers, POST {_REPO}/-/publishers",
    "web-repository-publisher-remove": f"DELETE {_REPO}/-/publishers/{{publisher_id}}",
    "web-repository-delete": f"GET {_REPO}/-/deletion, POST {_REPO}/-/deletion",
    "web-trash": "GET trash, GET trash/organizations",
    "web-trash-restore": "POST trash/{deletion_id}/restore",
    "web-trash-purge": "POST trash/{deletion_id}/purge",
    "web-repository-tags-delete": f"POST {_REPO}/-/deleted-tags",
    "web-repository-tags-trash": f"GET {_REPO}/-/deleted-tags",
    "web-repository-tag-restore": f"POST {_REPO}/-/deleted-tags/{{deletion_id}}/restore",
    "web-repository-tags-undo": f"POST {_REPO}/-/deleted-tags/{{deletion_id}}/undo",
    "web-repository-retention": f"GET {_REPO}/-/retention-rules, POST {_REPO}/-/retention-rules, "
    f"POST {_REPO}/-/retention-rules/dry-run",
    "web-repository-retention-remove": f"DELETE {_REPO}/-/retention-rules/{{rule_id}}",
    "web-promote": f"GET {_REPO}/-/promotions/preview, POST {_REPO}/-/promotions",
    "web-promotions": f"GET {_REPO}/-/promotions",
    "web-promotion": f"GET {_REPO}/-/promotions/{{number}}",
    "web-promotion-approve": f"POST {_REPO}/-/promotions/{{number}}/approve",
    "web-promotion-refuse": f"POST {_REPO}/-/promotions/{{number}}/refuse",
    "web-promotion-retry": f"POST {_REPO}/-/promotions/{{number}}/retry",
    "web-promotion-drop": f"POST {_REPO}/-/promotions/{{number}}/drop",
    "web-repository-rename": f"POST {_REPO}/-/rename",
    "web-repository-transfer": f"GET {_REPO}/-/transfer, POST {_REPO}/-/transfer",
    "web-repository-transfer-withdraw": f"DELETE {_REPO}/-/transfer",
    "web-repository-secrets": f"GET {_REPO}/-/secrets",
    "web-repository-secret-dismiss": f"POST {_REPO}/-/secrets/{{secret}}/dismiss",
    "web-repository-secret-reopen": f"POST {_REPO}/-/secrets/{{secret}}/reopen",
    "web-badge": Reason.TEXT,
    "web-repository-statistics": f"GET {_REPO}/-/statistics",
    "web-repository-activity": f"GET {_REPO}/-/activity",
    "web-repository-audit": f"GET {_REPO}/-/audit",
    "web-repository-atom": f"GET {_REPO}/-/activity",
    "web-reference": Reason.LEADS_ON,
    # Webhooks.
    "web-repository-webhooks": f"GET {_REPO}/-/webhooks",
    "web-repository-webhook-new": f"POST {_REPO}/-/webhooks",
    "web-organization-webhooks": f"GET {_ORG}/webhooks",
    "web-organization-webhook-new": f"POST {_ORG}/webhooks",
    "web-user-webhooks": "GET user/webhooks",
    "web-user-webhook-new": "POST user/webhooks",
    "web-webhook": f"GET {_HOOK}, GET {_HOOK}/deliveries",
    "web-webhook-change": f"PATCH {_HOOK}",
    "web-webhook-rotate": f"POST {_HOOK}/secret",
    "web-webhook-pause": f"POST {_HOOK}/pause",
    "web-webhook-resume": f"POST {_HOOK}/resume",
    "web-webhook-test": f"POST {_HOOK}/test",
    "web-webhook-delete": f"DELETE {_HOOK}",
    "web-webhook-delivery": f"GET {_HOOK}/deliveries/{{delivery_id}}",
    "web-webhook-replay": f"POST {_HOOK}/deliveries/{{delivery_id}}/replay",
    # Administration.
    "web-manage": "GET manage/standing",
    "web-manage-look": "POST manage/standing",
    "web-manage-people": "GET manage/people",
    "web-manage-person": "GET manage/people/{name}",
    "web-manage-person-disable": "POST manage/people/{name}/disable",
    "web-manage-person-enable": "POST manage/people/{name}/enable",
    "web-manage-person-reset": "POST manage/people/{name}/reset-second-factor",
    "web-manage-person-log-out": "POST manage/people/{name}/log-out",
    "web-manage-person-verify": "POST manage/people/{name}/verify",
    "web-manage-person-appoint": "POST manage/people/{name}/appoint",
    "web-manage-person-dismiss": "POST manage/people/{name}/dismiss",
    "web-manage-organizations": "GET manage/organizations",
    "web-manage-organization": "GET manage/organizations/{name}",
    "web-manage-organization-freeze": "POST manage/organizations/{name}/freeze",
    "web-manage-organization-unfreeze": "POST manage/organizations/{name}/unfreeze",
    "web-manage-organization-owner": "POST manage/organizations/{name}/owner",
    "web-manage-audit": "GET manage/audit",
    "web-manage-audit-export": "GET manage/audit/export/{kind}",
    "web-manage-plans": "GET plans",
    "web-manage-plan-create": "POST plans",
    "web-manage-plan-assign": "PUT namespaces/{name}/plan",
    "web-manage-plan": "GET plans/{plan_id}",
    "web-manage-plan-change": "PATCH plans/{plan_id}",
    "web-manage-plan-default": "PATCH plans/{plan_id}",
    "web-manage-plan-delete": "DELETE plans/{plan_id}",
    "web-manage-marks": "GET manage/verified-namespaces",
    "web-manage-verify": "PUT manage/verified-namespaces/{name}",
    "web-manage-verify-withdraw": "DELETE manage/verified-namespaces/{name}",
    "web-manage-invitations": "GET manage/invitations, POST manage/invitations",
    "web-manage-invitation-revoke": "DELETE manage/invitations/{invitation_id}",
    "web-manage-announcements": "GET manage/announcements, POST manage/announcements",
    "web-manage-announcement": "PATCH manage/announcements/{announcement_id}",
    "web-manage-announcement-end": "DELETE manage/announcements/{announcement_id}",
    "web-manage-settings": "GET manage/settings",
    "web-manage-reports": "GET manage/reports, GET manage/hidden-repositories",
    "web-manage-report": "GET manage/reports/{report_id}",
    "web-manage-report-decide": "POST manage/reports/{report_id}/decide",
    "web-manage-unhide": "POST manage/hidden-repositories/{hiding_id}/show",
    "web-manage-trash": "GET trash",
    "web-manage-moves": "GET moves, GET moves/{number}",
    "web-manage-move-add": "POST moves",
    "web-manage-move-all": f"POST {_REGISTRY}/moves",
    "web-manage-move-cancel": "POST moves/{number}/cancel",
    "web-manage-move-retry": "POST moves/{number}/retry",
    "web-manage-move-end-copy": "POST moves/{number}/end-copy",
    "web-manage-registries": "GET registries",
    "web-manage-registry-add": "POST registries",
    "web-manage-registry": f"GET {_REGISTRY}, GET {_REGISTRY}/checks, GET {_REGISTRY}/collections",
    "web-manage-registry-change": f"PATCH {_REGISTRY}",
    "web-manage-registry-configuration": f"GET {_REGISTRY}/configuration",
    "web-manage-registry-secret": f"POST {_REGISTRY}/secret",
    "web-manage-registry-secret-end": f"DELETE {_REGISTRY}/secret",
    "web-manage-registry-drain": f"POST {_REGISTRY}/drain",
    "web-manage-registry-use": f"POST {_REGISTRY}/use",
    "web-manage-registry-retire": f"POST {_REGISTRY}/retire",
    "web-manage-registry-check": f"POST {_REGISTRY}/checks",
    "web-manage-registry-collect": f"POST {_REGISTRY}/collections",
    "web-manage-registry-schedule": f"PUT {_REGISTRY}/collection/schedule",
    "web-manage-differences": f"GET {_REGISTRY}/differences, GET {_REGISTRY}/reconciliations, "
    f"GET {_REGISTRY}/accept-rules, GET {_REGISTRY}/differences/missing-namespaces",
    "web-manage-reconcile": f"POST {_REGISTRY}/reconciliations",
    "web-manage-differences-decide": f"POST {_REGISTRY}/differences/accept, "
    f"POST {_REGISTRY}/differences/ignore",
    "web-manage-differences-organizations": f"POST {_REGISTRY}/differences/missing-namespaces",
    "web-manage-accept-rule-add": f"POST {_REGISTRY}/accept-rules",
    "web-manage-accept-rule-remove": f"DELETE {_REGISTRY}/accept-rules/{{rule_id}}",
    "web-manage-placement": "GET placement/rules, GET placement/pools, GET placement/where",
    "web-manage-rule-add": "POST placement/rules",
    "web-manage-rule-remove": "DELETE placement/rules/{rule_id}",
    "web-manage-pool-add": "PUT placement/pools/{name}",
    "web-manage-pool-change": "PUT placement/pools/{name}",
    "web-manage-pool-delete": "DELETE placement/pools/{name}",
    "web-manage-map": "GET placement/map",
    # The guide, and what shows how pages look.
    "docs": Reason.TEXT,
    "docs-page": Reason.TEXT,
    "docs-api": Reason.TEXT,
    "docs-api-group": Reason.TEXT,
    "api-docs": Reason.LEADS_ON,
    "web-help": Reason.LEADS_ON,
    "design": Reason.TEXT,
    "design-question": Reason.TEXT,
    "web-mail": Reason.TEXT,
    "web-mail-message": Reason.TEXT,
    # Programs.
    **dict.fromkeys(
        (
            "healthz", "readyz", "jwks", "gateway-version", "gateway-catalog", "v1-ping", "v1-users",
            "v1-user", "v1-images", "v1-auth", "v1-layer-access", "v1-repository", "v1-search",
            "token", "token/", "_gateway/route", "events/<slug:registry_name>", "v2",
        ),
        Reason.PROGRAMS,
    ),
    **dict.fromkeys(("docs", "docs/api", "docs/<slug:slug>"), Reason.TEXT),
}  # fmt: skip


def pages(patterns: Any = None, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the door and the name of every page; a door without a name is its own.

    Without Django's admin, the last resort: it shows rows, and deletes what no page can mend.
    """
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        door = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from pages(pattern.url_patterns, door)
        elif isinstance(pattern, URLPattern) and not door.startswith(("api/v1/", "admin/")):
            yield door, str(pattern.name or door)


def operations(entry: str | Reason) -> list[str]:
    """Return what an entry names; nothing for a reason."""
    return [] if isinstance(entry, Reason) else entry.split(", ")


def test_every_page_has_an_operation_or_a_reason() -> None:
    mounted = {name for _, name in pages()}
    assert mounted - set(PAGES) == set(), "say which operation does the same, or why there is none"
    assert set(PAGES) - mounted == set(), "these pages are gone"


def test_every_operation_that_is_named_is_there() -> None:
    known = {
        f"{method.upper()} {path.removeprefix('/api/v1/')}"
        for path, methods in described()["paths"].items()
        for method in methods
    }
    assert {one for entry in PAGES.values() for one in operations(entry)} - known == set()


def test_a_page_that_changes_something_has_an_operation_that_does() -> None:
    answered = _methods_by_address()
    for door, name in pages():
        named = operations(PAGES[name])
        methods = answered[ADDRESSES[door].partition("?")[0].replace("a" * 64, "ID")]
        if named and "POST" in methods:
            assert any(not one.startswith("GET ") for one in named), name


def _methods_by_address() -> dict[str, set[str]]:
    """Read the reviewed tables of the permission matrix: what a page does not answer is not there."""
    found: dict[str, set[str]] = {}
    for table in TABLES.glob("*.txt"):
        for line in table.read_text().splitlines()[1:]:
            address, method = line.split()[:2]
            found.setdefault(address, set()).add(method)
    return found
