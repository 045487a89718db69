"""What index hears of accounts."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver

from accounts.models import Membership, Organization, User
from accounts.signals import membership_ended
from index.models import AccessGrant, AccessRequest


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
