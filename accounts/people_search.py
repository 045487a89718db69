"""Find accounts by a part of what administrators know of a person."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User


def everybody() -> QuerySet[User]:
    """Return all accounts, with `is_proven`: whether an address is verified; one query for a list."""
    proven = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    return User.objects.select_related("namespace__plan").annotate(is_proven=Exists(proven))


def search_people(query: str) -> QuerySet[User]:
    """Return the people whose user name, name or address has the word in it; all without one."""
    found = everybody().order_by("username")
    if not query or "\x00" in query:
        return found if not query else found.none()
    by_address = User.objects.filter(emailaddress__email__icontains=query).values("pk")
    return found.filter(
        Q(username__icontains=query) | Q(display_name__icontains=query) | Q(pk__in=by_address)
    )
