"""What index hears of accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F
from django.dispatch import receiver
from django.utils import timezone

from accounts.models import Membership, Namespace, Organization, User
from accounts.signals import membership_ended, namespace_unfrozen
from index.models import AccessGrant, AccessRequest, Deletion, RepositoryState, TagDeletion
from index.models.retention_rule import TagDeletionState


@receiver(membership_ended)
def end_direct_grants(
    sender: type[Membership], organization: Organization, user: User, **_kwargs: Any
) -> None:
    """End what a person was given on the organization's repositories (case 22).

    Grants of teams need nothing: places in teams hang on the membership. Being added again
    brings nothing back. Open requests end as well, or one of them could be granted unseen.
    """
    mine = {"user": user, "repository__namespace__organization": organization}
    AccessGrant.objects.filter(**mine).delete()
    AccessRequest.objects.filter(**mine, decided_at=None).delete()


@receiver(namespace_unfrozen)
def give_the_trash_its_time(
    sender: type[Namespace], namespace: Namespace, since: datetime, **_kwargs: Any
) -> None:
    """Let what lies in the trash lie there as much longer as nobody could take it out."""
    longer = F("purge_after") + (timezone.now() - since)
    repositories = Deletion.objects.filter(
        finished_at=None,
        repository__namespace=namespace,
        repository__state=RepositoryState.TRASHED,
    )
    repositories.update(purge_after=longer, warned_at=None)
    tags = TagDeletion.objects.filter(
        repository__namespace=namespace, state=TagDeletionState.TRASHED
    )
    tags.update(purge_after=longer)
