"""End what a repository had by right of the namespace that it leaves (case 22)."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Namespace, User, Visibility
from accounts.principals import Principal
from index.models import AccessGrant, Repository, Watch


def end_ties(repository: Repository) -> None:
    """End roles of others' teams and robots, publishers, webhooks, requests, denials and tokens.

    Its namespace is the new one already. What people were given themselves stays, and so do stars;
    who does not see it any more does not watch it either.
    """
    outsiders(repository, namespace=repository.namespace).delete()
    for rows in (
        repository.publishers, repository.webhooks, repository.v1_tokens, repository.denials,
    ):  # fmt: skip
        rows.all().delete()
    repository.access_requests.filter(decided_at=None).update(decided_at=timezone.now())
    _watches_without_sight(repository).delete()


def outsiders(repository: Repository, *, namespace: Namespace) -> QuerySet[AccessGrant]:
    """Return the grants of teams and robots that are not of that namespace."""
    ours = Q(robot__isnull=False, robot__namespace=namespace)
    if namespace.organization_id:
        ours |= Q(team__isnull=False, team__organization=namespace.organization_id)
    return AccessGrant.objects.filter(repository=repository, user=None).exclude(ours)


def _watches_without_sight(repository: Repository) -> QuerySet[Watch]:
    if repository.visibility != Visibility.PRIVATE:
        return Watch.objects.none()
    watching = User.objects.filter(watches__repository=repository)
    blind = [
        user.pk
        for user in watching
        if not Repository.objects.visible_to(Principal(user)).filter(pk=repository.pk).exists()
    ]
    return Watch.objects.filter(repository=repository, user__in=blind)
