"""What the guide may say of this site: names and numbers from the settings and the code itself."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.utils.translation import gettext

from accounts import limits
from accounts.expiry import CHOICES_IN_DAYS
from accounts.flows.domains import MOST_DOMAINS
from accounts.flows.invitations import LIFETIME as INVITATION_LASTS
from accounts.flows.personal_access_tokens import MOST_TOKENS
from accounts.flows.robot_accounts import MOST_ROBOTS
from accounts.flows.robot_secrets import MOST_SECRETS
from accounts.limits import Limit
from accounts.mail_kinds import MailKind
from accounts.token_limits import MOST_NETWORKS, MOST_PATTERNS, ApiPart
from config.guide.compatibility import tried_clients
from config.guide.recipes import shown_recipes
from index.flows.decide_promotion import DECISION_LASTS
from index.flows.tell_activity import MOST_WAITING
from index.flows.trusted_publishers import MOST_PUBLISHERS
from index.flows.webhooks import MOST_FOR_ONE, MOST_OF_NAMESPACE
from index.models import ActivityKind
from index.names import MAXIMUM_COMPONENTS, MAXIMUM_LENGTH
from index.pull_limits import duration
from index.readme import MAXIMUM_LENGTH as LONGEST_README
from index.topics import LONGEST_TOPIC, MOST_TOPICS
from index.transfers import OFFER_LASTS
from search import grammar, query
from tokenauth.workloads.workload_secrets import SECRET_LIFETIME


def facts() -> Mapping[str, object]:
    """Return them under the names that chapters use."""
    return {
        **_of_the_site(),
        **_of_the_code(),
        **tried_clients(),
        "recipes": shown_recipes(),
    }


def _of_the_site() -> dict[str, object]:
    """Return what the operator decides."""
    issuers = settings.CI_ISSUERS.values()
    return {
        "host": settings.PUBLIC_HOST,
        "url": settings.PUBLIC_URL,
        "service": settings.SERVICE,
        "is_https": settings.IS_HTTPS,
        "signup": settings.SIGNUP,
        "signup_domains": ", ".join(settings.SIGNUP_DOMAINS),
        "requires_two_factor": settings.REQUIRE_TWO_FACTOR,
        "single_sign_on": settings.OIDC_NAME if settings.OIDC_ISSUER else "",
        "has_directory": settings.DIRECTORY is not None,
        "trash_days": settings.TRASH_DAYS,
        "denials_days": settings.DENIALS_DAYS,
        "anonymous_pulls": _pulls(settings.PULL_LIMIT_ANONYMOUS),
        "account_pulls": _pulls(settings.PULL_LIMIT_ACCOUNT),
        "has_github": "github" in issuers,
        "has_gitlab": "gitlab" in issuers,
        "has_ci": bool(settings.CI_ISSUERS),
        "other_indexes": ", ".join(settings.OTHER_INDEXES),
        "mail_from": parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    }


def _pulls(limit: Limit | None) -> str:
    """Return a limit as people say it, "" for none."""
    if limit is None:
        return ""
    words = {"pulls": limit.events, "time": duration(limit.seconds)}
    return gettext("%(pulls)s in %(time)s") % words


def _password_length() -> int:
    rules = get_default_password_validators()
    return next(rule.min_length for rule in rules if isinstance(rule, MinimumLengthValidator))


def _of_the_code() -> dict[str, object]:
    """Return what is decided once for every site."""
    return {
        "limits": limits,
        "token_minutes": settings.TOKEN_LIFETIME // 60,
        "login_idle_days": settings.REFRESH_TOKEN_IDLE_DAYS,
        "login_days": settings.REFRESH_TOKEN_LIFETIME_DAYS,
        "ci_secret_minutes": SECRET_LIFETIME.seconds // 60,
        "password_length": _password_length(),
        "session_days": settings.SESSION_COOKIE_AGE // 86400,
        "reauthentication_minutes": settings.ACCOUNT_REAUTHENTICATION_TIMEOUT // 60,
        "most_addresses": settings.ACCOUNT_MAX_EMAIL_ADDRESSES,
        "most_tokens": MOST_TOKENS,
        "token_ends": ", ".join(map(str, CHOICES_IN_DAYS)),
        "most_robots": MOST_ROBOTS,
        "most_robot_secrets": MOST_SECRETS,
        "most_patterns": MOST_PATTERNS,
        "most_networks": MOST_NETWORKS,
        "most_domains": MOST_DOMAINS,
        "most_publishers": MOST_PUBLISHERS,
        "most_webhooks": MOST_FOR_ONE,
        "most_webhooks_of_namespace": MOST_OF_NAMESPACE,
        "most_deliveries_waiting": MOST_WAITING,
        "most_topics": MOST_TOPICS,
        "longest_topic": LONGEST_TOPIC,
        "longest_name": MAXIMUM_LENGTH,
        "most_components": MAXIMUM_COMPONENTS,
        "longest_readme": LONGEST_README,
        "most_search_words": query.MAXIMUM_WORDS,
        "longest_search": grammar.MAXIMUM_LENGTH,
        "invitation_days": INVITATION_LASTS.days,
        "offer_days": OFFER_LASTS.days,
        "decision_days": DECISION_LASTS.days,
        "api_parts": list(ApiPart),
        "mail_kinds": list(MailKind.labels),
        "webhook_kinds": [(kind.value, kind.label) for kind in ActivityKind],
    }
