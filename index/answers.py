"""Requests for access that somebody should hear of: those to answer, and those that were answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.models import Namespace, User
from accounts.principals import Principal
from index.models import AccessGrant, AccessRequest, Repository, RepositoryState
from index.roles import Role

_FRESH = timedelta(days=7)  # an answer is news for so long
_MOST = 10


@dataclass(frozen=True, slots=True)
class Requests:
    """What one is asked for, and what became of what one asked for."""

    to_answer: list[AccessRequest]
    answered: list[AccessRequest]


def requests_for(principal: Principal, user: User) -> Requests:
    """Return both, by one query. Who may not see a repository hears of no answer (case 24)."""
    held = Namespace.objects.held_by(user).values("pk")
    admin = AccessGrant.objects.reaching(principal).filter(role=Role.ADMIN).values("repository")
    of_mine = Q(repository__namespace__in=held) | Q(repository__in=admin)
    visible = Repository.objects.visible_to(principal).values("pk")
    to_answer = Q(of_mine, decided_at=None, user__is_active=True)
    fresh = Q(user=user, decided_at__gt=timezone.now() - _FRESH, repository__in=visible)
    rows = (
        AccessRequest.objects.filter(to_answer | fresh, repository__state=RepositoryState.ACTIVE)
        .select_related("repository", "user")
        .order_by("-created_at")[: 2 * _MOST]
    )
    found = list(rows)
    return Requests(
        to_answer=[one for one in found if one.decided_at is None][:_MOST],
        answered=[one for one in found if one.decided_at is not None][:_MOST],
    )
