"""Grammar and reserved words of user and organization names. Reject, never repair."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.errors import NameInvalid, NameReserved

_USER_NAME = re.compile(r"[a-z0-9]{4,30}", re.ASCII)
_TEAM_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_ORGANIZATION_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)

USER_NAME_RULE = gettext_lazy("4 to 30 lowercase letters and digits")
ORGANIZATION_NAME_RULE = gettext_lazy("4 to 30 lowercase letters, digits and single hyphens inside")
TEAM_NAME_RULE = gettext_lazy("2 to 30 lowercase letters, digits and single hyphens inside")

# Words that are, or may become, first segments of our own URLs or of the registry protocol, and
# words that a reader would take for the house speaking.
RESERVED_NAMES = frozenset(
    [
        "_",
        "_catalog",
        "about",
        "abuse",
        "account",
        "accounts",
        "activity",
        "admin",
        "administrator",
        "administrators",
        "anonymous",
        "api",
        "apps",
        "assets",
        "auth",
        "avatars",
        "badge",
        "badges",
        "billing",
        "blobs",
        "blog",
        "catalog",
        "contact",
        "dashboard",
        "dev",
        "docker",
        "docs",
        "download",
        "downloads",
        "error",
        "errors",
        "events",
        "everyone",
        "explore",
        "favicon",
        "featured",
        "feed",
        "feeds",
        "gateway",
        "hc",
        "health",
        "healthz",
        "help",
        "home",
        "hooks",
        "host",
        "hub",
        "image",
        "images",
        "import",
        "index",
        "info",
        "internal",
        "invite",
        "invites",
        "join",
        "jwks",
        "library",
        "local",
        "localhost",
        "login",
        "logout",
        "mail",
        "manage",
        "manifests",
        "media",
        "metrics",
        "moderator",
        "monitoring",
        "namespace",
        "namespaces",
        "new",
        "none",
        "notifications",
        "null",
        "oauth",
        "official",
        "oidc",
        "operator",
        "organization",
        "organizations",
        "orgs",
        "owner",
        "password",
        "ping",
        "pricing",
        "privacy",
        "profile",
        "public",
        "pull",
        "push",
        "query",
        "readyz",
        "referrers",
        "register",
        "registries",
        "registry",
        "repositories",
        "repository",
        "robot",
        "robots",
        "root",
        "scratch",
        "search",
        "security",
        "service",
        "services",
        "session",
        "sessions",
        "settings",
        "setup",
        "shop",
        "signin",
        "signup",
        "site",
        "sitemap",
        "staff",
        "stars",
        "static",
        "status",
        "store",
        "support",
        "sysadmin",
        "system",
        "tags",
        "team",
        "teams",
        "terms",
        "test",
        "token",
        "tokens",
        "true",
        "false",
        "undefined",
        "unknown",
        "uploads",
        "user",
        "username",
        "users",
        "verify",
        "waybill",
        "webhook",
        "webhooks",
        "website",
        "wellknown",
    ]
)


def check_user_name(name: str) -> str:
    """Return the name unchanged; raise NameInvalid or NameReserved (Docker Hub's ID grammar)."""
    if not _USER_NAME.fullmatch(name):
        message = _("A user name is %(user_name_rule)s.") % {"user_name_rule": USER_NAME_RULE}
        raise NameInvalid(message)
    return _unreserved(name)


def check_organization_name(name: str) -> str:
    """Return the name unchanged; raise NameInvalid or NameReserved."""
    if not (4 <= len(name) <= 30 and _ORGANIZATION_NAME.fullmatch(name)):
        message = _("An organization name is %(organization_name_rule)s.") % {
            "organization_name_rule": ORGANIZATION_NAME_RULE
        }
        raise NameInvalid(message)
    return _unreserved(name)


def check_team_name(name: str) -> str:
    """Return the name unchanged; raise NameInvalid, also for what is a page beside the teams'."""
    if not (2 <= len(name) <= 30 and _TEAM_NAME.fullmatch(name)) or name == "new":
        message = _("A team name is %(team_name_rule)s.") % {"team_name_rule": TEAM_NAME_RULE}
        raise NameInvalid(message)
    return name


def _unreserved(name: str) -> str:
    if name in RESERVED_NAMES:
        message = _("The name %(name)s is reserved. Choose another one.") % {"name": name}
        raise NameReserved(message)
    return name
