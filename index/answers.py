"""Requests for access that somebody should hear of: those to answer, and those that were answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Namespace, User
from accounts.prepared import Statement, prepared
from accounts.principals import Principal
from index.models import AccessGrant, AccessRequest, RepositoryState
from index.policy import decisions_for
from index.roles import Action, Role

_FRESH = timedelta(days=7)  # an answer is news for so long
_MOST = 10


@dataclass(frozen=True, slots=True)
class Requests:
    """What one is asked for, and what became of what one asked for."""

    to_answer: list[AccessRequest]
    answered: list[AccessRequest]


def told_to(user: User) -> Statement:
    """Return both, as far as they concern somebody: `requests_among` leaves out what is not to be heard of."""
    now = timezone.now()
    return prepared(_told_to, user=user.pk, now=now, since=now - _FRESH)


def _told_to(*, user: int, now: datetime, since: datetime) -> QuerySet[AccessRequest]:
    reader = User(pk=user)
    held = Namespace.objects.ids_held_by(reader)
    admin = AccessGrant.objects.repositories_reaching(Principal(reader), Role.ADMIN, now=now)
    of_mine = Q(repository__namespace__in=held) | Q(repository__in=admin)
    to_answer = Q(of_mine, decided_at=None, user__is_active=True)
    fresh = Q(user=user, decided_at__gt=since)
    rows = AccessRequest.objects.filter(
        to_answer | fresh, repository__state=RepositoryState.ACTIVE
    ).select_related("repository", "user")
    return rows.order_by("-created_at")[: 2 * _MOST]


def requests_among(told: Sequence[AccessRequest], principal: Principal) -> Requests:
    """Return both. Who may not see a repository hears of no answer (case 24): one query where there are some."""
    to_answer = [one for one in told if one.decided_at is None]
    answered = [one for one in told if one.decided_at is not None]
    decisions = decisions_for(principal, {one.repository for one in answered}) if answered else {}
    heard = [one for one in answered if Action.PULL in decisions[one.repository_id].actions]
    return Requests(to_answer[:_MOST], heard[:_MOST])
