"""Offers of repositories to other namespaces: which are open, and for whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Namespace
from accounts.principals import Principal
from index.models import Repository, RepositoryState, Transfer
from index.policy import allowed_actions, holds_namespace

OFFER_LASTS = timedelta(days=7)


def open_offers() -> QuerySet[Transfer]:
    """Return those that can be taken: not too old, and what they offer is there."""
    waiting = Transfer.objects.filter(
        offered_at__gt=timezone.now() - OFFER_LASTS,
        repository__state=RepositoryState.ACTIVE,
        namespace__organization__deleted_at=None,
    )
    return waiting.select_related(
        "repository__namespace", "namespace__user", "namespace__organization", "offered_by"
    )


def offers_to(principal: Principal) -> QuerySet[Transfer]:
    """Return the open offers that are the person's to answer; tokens with limits answer none."""
    if principal.user is None or principal.limits is not None:
        return open_offers().none()
    held = Namespace.objects.ids_held_by(principal.user)
    return open_offers().filter(namespace__in=held).order_by("-offered_at", "pk")


def offer_of(repository: Repository) -> Transfer | None:
    """Return the open offer of a repository."""
    return open_offers().filter(repository=repository).first()


def end_of(transfer: Transfer) -> datetime:
    """Return when the offer ends."""
    return transfer.offered_at + OFFER_LASTS


def find_target(name: str) -> Namespace | None:
    """Return the namespace that a repository could be given to, by today's name or one of its past.

    None alike for no such name, an account that nobody proved or that is closed, and official images.
    """
    found = Namespace.objects.called(name).select_related("user", "organization", "plan")
    there = Q(organization__deleted_at=None, organization__isnull=False) | Q(
        user__is_active=True, user__closed_at=None
    )
    namespace = found.filter(there).first()
    if namespace is None or (namespace.user and not namespace.user.is_verified):
        return None
    return namespace


def may_give(repository: Repository, giver: Principal) -> bool:
    """Whether the person may give it away: owners of its namespace and administrators of the site."""
    if giver.user is None or not allowed_actions(giver, repository).may_administer:
        return False
    return giver.is_administrator or holds_namespace(giver, repository.namespace)
