"""The trash: what was deleted and can still be had back."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Membership, Namespace, OrganizationRole, User
from accounts.principals import Principal
from index.models import AccessGrant, Deletion, RepositoryState
from index.roles import Role

WARN_BEFORE = timedelta(days=1)


def is_used() -> bool:
    """Whether anything lies in a trash first."""
    return bool(settings.TRASH_DAYS)


def end_for(now: datetime) -> datetime:
    """Return when what is deleted now goes for good."""
    return now + timedelta(days=settings.TRASH_DAYS)


def kept_frozen() -> Q:
    """Return which deletions wait: what is frozen stays as it is, and what lies in its trash as well.

    What somebody deletes for good goes nevertheless: that can be an administrator alone.
    """
    return Q(
        repository__state=RepositoryState.TRASHED,
        repository__namespace__frozen_at__isnull=False,
        repository__namespace__organization__deleted_at=None,
    )


def trash_of(principal: Principal) -> QuerySet[Deletion]:
    """Return the repositories in the trash that the principal may have back: its admins'."""
    if principal.is_administrator and principal.limits is None:
        return _lying()
    return own_trash_of(principal)


def own_trash_of(principal: Principal) -> QuerySet[Deletion]:
    """Return what lies there of the person's own and of what they have the role for."""
    if principal.limits is not None or principal.user is None:
        return _lying().none()
    admin = AccessGrant.objects.repositories_reaching(principal, Role.ADMIN)
    return _lying().filter(
        Q(repository__namespace__in=Namespace.objects.ids_held_by(principal.user))
        | Q(repository__in=admin)
    )


def _lying() -> QuerySet[Deletion]:
    lying = Deletion.objects.filter(finished_at=None, repository__state=RepositoryState.TRASHED)
    return lying.select_related("repository__namespace", "repository__registry", "requested_by")


def owners_of(namespace: Namespace) -> list[User]:
    """Return who is told of what others deleted there."""
    if namespace.user:
        return [namespace.user]
    owners = Membership.objects.filter(
        organization=namespace.organization_id, role=OrganizationRole.OWNER
    )
    return list(User.objects.filter(pk__in=owners.values("user"), is_active=True).order_by("pk"))


def due_for_warning() -> list[int]:
    """Return the deletions that become final within a day, and that nobody was warned of."""
    now = timezone.now()
    soon = Deletion.objects.filter(
        finished_at=None,
        warned_at=None,
        purge_after__gt=now,
        purge_after__lte=now + WARN_BEFORE,
        repository__state=RepositoryState.TRASHED,
    )
    return [
        deletion.pk
        for deletion in soon.exclude(kept_frozen()).only("pk", "requested_at", "purge_after")
        if deletion.purge_after - deletion.requested_at > WARN_BEFORE  # else they know
    ]
