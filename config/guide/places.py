"""Which place of the guide is about which page: where Help leads from it."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

# The first that the name of the page's address begins with; more than one may be about a page.
PLACES = (
    ("web-explain", "access", "why"),
    ("web-access-", "access", "ask"),
    ("web-repository-access", "organizations", "review"),
    ("web-repository-explain", "access", "who"),
    ("web-repository-denials", "access", "denials"),
    ("web-repository-tags-delete", "deletion", "tags"),
    ("web-repository-tags", "tags", "list"),
    ("web-repository-delete", "deletion", "repository"),
    ("web-repository-rename", "names", "rename"),
    ("web-repository-transfer", "names", "transfer"),
    ("web-repository-webhook", "webhooks", ""),
    ("web-repository-secrets", "images", "secrets"),
    ("web-repository-publishers", "login", "ci"),
    ("web-repository-statistics", "tags", "statistics"),
    ("web-tag-history", "tags", "history"),
    ("web-manifest", "tags", "tag"),
    ("web-compare", "tags", "compare"),
    ("web-promot", "promotion", ""),
    ("web-trash", "deletion", "restore"),
    ("web-transfers", "names", "transfer"),
    ("web-new", "images", "first"),
    ("web-webhook", "webhooks", ""),
    ("web-user-webhook", "webhooks", ""),
    ("web-organization-webhook", "webhooks", ""),
    ("web-organization-defaults", "organizations", "defaults"),
    ("web-organization-access", "organizations", "review"),
    ("web-organization-audit", "organizations", "audit"),
    ("web-organization-robot", "login", "robots"),
    ("web-organization-denials", "access", "denials"),
    ("web-organization", "organizations", ""),
    ("web-invite", "organizations", "invite"),
    ("web-robot", "login", "robots"),
    ("web-user-robot", "login", "robots"),
    ("web-token", "login", "tokens"),
    ("web-namespace-settings", "limits", "plans"),
    ("web-sessions", "account", "sessions"),
    ("web-security-history", "account", "history"),
    ("web-own-data", "account", "end"),
    ("web-account-close", "account", "end"),
    ("web-mails", "news", "mails"),
    ("web-watching", "news", "watch"),
    ("web-activity", "news", "activity"),
    ("web-search", "search", "filters"),
    ("web-manage", "administration", ""),
    ("mfa_", "account", "two-factors"),
    ("account_change_password", "account", "password"),
    ("account_set_password", "account", "password"),
    ("account_reset_password", "account", "password"),
    ("account_email", "account", "addresses"),
    ("account_signup", "start", "account"),
    ("account_login", "start", "account"),
    ("socialaccount_", "single-sign-on", ""),
    ("openid-", "single-sign-on", ""),
)


def help_for(request: HttpRequest) -> str:
    """Return the address of what the guide says of this page, else of its contents."""
    match = request.resolver_match
    page = (match.url_name or "") if match else ""
    for beginning, slug, anchor in PLACES:
        if page[: len(beginning)] == beginning:
            return reverse("docs-page", args=[slug]) + (f"#{anchor}" if anchor else "")
    return reverse("docs")
