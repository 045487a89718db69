"""Undo the deletion of an organization, with what its teams and members were given."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.flows.reopen_organization import reopen
from accounts.models import EndedOrganization, Organization, Team, User
from accounts.principals import Principal
from index.flows.quotas import lock_namespace
from index.models import AccessGrant, DefaultGrant, Repository


def grants_that_end(organization: Organization) -> dict[str, Any]:
    """Return what teams and members hold, as plain values: it ends with them."""
    own = AccessGrant.objects.filter(repository__namespace__organization=organization)
    defaults = DefaultGrant.objects.filter(namespace__organization=organization)
    return {
        "grants": [
            {
                "repository": one.repository_id,
                "user": one.user_id,
                "team": one.team.name if one.team else "",
                "role": one.role,
                "until": one.expires_at.isoformat() if one.expires_at else "",
                "by": one.granted_by_id,
            }
            for one in own.filter(robot=None).select_related("team").order_by("pk")
        ],
        "defaults": [
            {"team": one.team.name, "role": one.role}
            for one in defaults.select_related("team").order_by("pk")
            if one.team
        ],
    }


def reopen_organization(ending: EndedOrganization, *, by: Principal) -> Organization:
    """Open it again as it was. Raises NotAllowed where it is too late, or not `by` to do."""
    with transaction.atomic():
        lock_namespace(ending.organization.namespace.pk)
        kept = ending.kept
        teams = reopen(ending, by=by)
        came_back = ending.organization.memberships.values_list("user", flat=True)
        stay_out = {member["user"] for member in kept["members"]} - set(came_back)
        _bring_grants([row for row in kept.get("grants", []) if row["user"] not in stay_out], teams)
        DefaultGrant.objects.bulk_create(
            DefaultGrant(
                namespace=ending.organization.namespace, team=teams[row["team"]], role=row["role"]
            )
            for row in kept.get("defaults", [])
            if row["team"] in teams
        )
    return ending.organization


def _bring_grants(rows: list[dict[str, Any]], teams: dict[str, Team]) -> None:
    """Give again what there is no other grant for by now."""
    numbers = [row["repository"] for row in rows]
    there = set(Repository.objects.filter(pk__in=numbers).values_list("pk", flat=True))
    people = [number for row in rows for number in (row["user"], row["by"])]
    known = set(User.objects.filter(pk__in=people, closed_at=None).values_list("pk", flat=True))
    for row in rows:
        holder = {"team": teams.get(row["team"])} if row["team"] else {"user_id": row["user"]}
        is_known = holder.get("team") or row["user"] in known
        if row["repository"] not in there or not is_known:
            continue
        AccessGrant.objects.get_or_create(
            repository_id=row["repository"],
            **holder,
            defaults={
                "role": row["role"],
                "expires_at": datetime.fromisoformat(row["until"]) if row["until"] else None,
                "granted_by_id": row["by"] if row["by"] in known else None,
            },
        )
