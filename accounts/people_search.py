"""Find accounts by a part of what administrators know of a person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.second_factor import FACTORS


def everybody() -> QuerySet[User]:
    """Return all accounts, with `is_proven` (an address is verified) and `has_factor`; one query."""
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)
    return User.objects.select_related("namespace__plan").annotate(
        is_proven=Exists(proven), has_factor=Exists(factors)
    )


def search_people(query: str) -> QuerySet[User]:
    """Return the people whose user name, name or address has the word in it; all without one."""
    found = everybody().order_by("username")
    if not query or "\x00" in query:
        return found if not query else found.none()
    by_address = User.objects.filter(emailaddress__email__icontains=query).values("pk")
    return found.filter(
        Q(username__icontains=query) | Q(display_name__icontains=query) | Q(pk__in=by_address)
    )
