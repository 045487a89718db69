"""Everything kept about a person, in one document: each app says what it keeps.

No secret is in it, neither whole nor as a digest.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q

from accounts.audit_search import events_of
from accounts.models import Invitation, MailChoice, PersonalAccessToken, RobotSecret, User

Collector = Callable[[User], Any]
_collectors: dict[str, Collector] = {}


def own_data(topic: str) -> Callable[[Collector], Collector]:
    """Add what a function returns to the document, under this name."""

    def register(collector: Collector) -> Collector:
        _collectors[topic] = collector
        return collector

    return register


def collect(user: User) -> dict[str, Any]:
    """Return the document."""
    return {topic: collector(user) for topic, collector in _collectors.items()}


@own_data("profile")
def _profile(user: User) -> dict[str, Any]:
    fields = ("username", "display_name", "location", "link", "date_joined", "last_login")
    has_picture = hasattr(user, "picture")
    return {name: getattr(user, name) for name in fields} | {
        "id": user.pk,
        "is_administrator": user.is_superuser,
        "picture": f"/avatars/{user.picture.digest}" if has_picture else None,
    }


@own_data("email_addresses")
def _addresses(user: User) -> list[Any]:
    return list(EmailAddress.objects.filter(user=user).values("email", "verified", "primary"))


@own_data("mails")
def _mails(user: User) -> list[Any]:
    return list(MailChoice.objects.filter(user=user).order_by("pk").values("kind", "is_wanted"))


@own_data("second_factors")
def _factors(user: User) -> list[Any]:
    found = Authenticator.objects.filter(user=user).order_by("pk")
    return [
        {"type": one.type, "name": str(one), "added": one.created_at, "last_used": one.last_used_at}
        for one in found
    ]


@own_data("organizations")
def _organizations(user: User) -> list[Any]:
    return [
        {
            "organization": membership.organization.name,
            "role": membership.role,
            "since": membership.created_at,
            "teams": list(membership.teams.values_list("team__name", flat=True)),
        }
        for membership in user.memberships.select_related("organization")
    ]


@own_data("invitations")
def _invitations(user: User) -> list[Any]:
    addresses = EmailAddress.objects.filter(user=user, verified=True).values("email")
    found = Invitation.objects.filter(Q(user=user) | Q(email__in=addresses))
    return list(
        found.values(
            "organization__name", "role", "email", "created_at", "accepted_at", "declined_at"
        )
    )


@own_data("access_tokens")
def _tokens(user: User) -> list[Any]:
    fields = (
        "name", "patterns", "actions", "api_parts", "networks", "created_at", "expires_at",
        "last_used_at", "last_used_address", "revoked_at",
    )  # fmt: skip
    return list(PersonalAccessToken.objects.filter(user=user).order_by("pk").values(*fields))


@own_data("robots")
def _robots(user: User) -> list[Any]:
    found = RobotSecret.objects.filter(
        Q(robot__namespace__user=user) | Q(robot__responsible=user) | Q(created_by=user)
    )
    fields = ("robot__namespace__name", "robot__name", "label", "created_at", "expires_at")
    return list(found.order_by("pk").values(*fields, "last_used_at", "revoked_at"))


@own_data("sessions")
def _sessions(user: User) -> list[Any]:
    fields = ("ip", "user_agent", "created_at", "last_seen_at")
    return list(UserSession.objects.filter(user=user).order_by("pk").values(*fields))


@own_data("events")
def _events(user: User) -> list[Any]:
    subject = f"user:{user.pk}"
    result = []
    for event in events_of(user):
        is_own = event.actor == subject  # where others were is their affair
        result.append(
            {
                "at": event.at,
                "action": event.action,
                "by": event.actor_name,
                "target": event.target,
                "details": event.details,
                "address": event.address if is_own else "",
                "user_agent": event.user_agent if is_own else "",
            }
        )
    return result
