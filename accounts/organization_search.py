"""Find organizations, for administrators: by name, without an owner, frozen."""

from __future__ import annotations

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import Membership, Organization, OrganizationRole

SHOWN = ("all", "ownerless", "frozen")


def search_organizations(query: str, shown: str = "all") -> QuerySet[Organization]:
    """Return those whose name has the word in it, with `member_count`, `has_owner` and their owners.

    Two queries for a page: `owners` is a list of memberships.
    """
    owners = Membership.objects.filter(role=OrganizationRole.OWNER)
    can_log_in = owners.filter(organization=OuterRef("pk"), user__is_active=True)
    # Counted for those that are shown; a join would count those of all organizations.
    of_each = Membership.objects.filter(organization=OuterRef("pk")).order_by()
    counted = of_each.values("organization").annotate(number=Count("pk")).values("number")
    member_count = Coalesce(Subquery(counted), 0)
    found = (
        Organization.objects.filter(deleted_at=None)
        .select_related("namespace__plan")
        .annotate(member_count=member_count, has_owner=Exists(can_log_in))
        .prefetch_related(
            Prefetch(
                "memberships",
                owners.select_related("user").order_by("created_at", "pk"),
                to_attr="owners",
            )
        )
        .order_by("name")
    )
    if shown == "ownerless":
        found = found.filter(has_owner=False)
    elif shown == "frozen":
        found = found.filter(namespace__frozen_at__isnull=False)
    if "\x00" in query:
        return found.none()
    named = Q(name__icontains=query) | Q(display_name__icontains=query)
    return found.filter(named) if query else found
