"""Offers of repositories to other namespaces: which are open, and for whom."""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Namespace
from accounts.principals import Principal
from index.models import Repository, RepositoryState, Transfer
from index.policy import allowed_actions
from index.rules import Decision

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
    return offers_of(repository).first()


def offers_of(repository: Repository) -> QuerySet[Transfer]:
    """Return the same as a list, to be read with others."""
    return open_offers().filter(repository=repository).order_by("pk")[:1]


def end_of(transfer: Transfer) -> datetime:
    """Return when the offer ends."""
    return transfer.offered_at + OFFER_LASTS


def find_target(name: str) -> Namespace | None:
    """Return the namespace that a repository could be given to, by today's name or one of its past.

    None alike for no such name, an account that nobody proved or that is closed, and official images.
    """
    found = Namespace.objects.called(name).select_related("user", "organization", "plan")
    proven = EmailAddress.objects.filter(user=OuterRef("user"), verified=True)
    there = Q(organization__deleted_at=None, organization__isnull=False) | Q(
        Exists(proven), user__is_active=True, user__closed_at=None
    )
    return found.filter(there).first()


def may_give(repository: Repository, giver: Principal, decision: Decision | None = None) -> bool:
    """Whether the person may give it away: owners of its namespace and administrators of the site.

    `decision` is what was decided about both already.
    """
    decided = decision or allowed_actions(giver, repository)
    if giver.user is None or not decided.may_administer:
        return False
    return giver.is_administrator or decided.standing.holds_namespace
