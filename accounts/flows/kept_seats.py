"""Who leaves a group while the organization is deleted whose team it fills: an undo gives no seat back."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import EndedOrganization, User

Kept = dict[str, Any]


def note_groups(user: User, groups: Collection[str]) -> None:
    """Remember in what is kept of deleted organizations which seats the user's groups hold no longer."""
    for ending in endings_with_seats_of(user).order_by("pk"):
        if _left(ending.kept, user.pk, groups) == _noted(ending.kept, user.pk):
            continue
        with transaction.atomic():
            locked = EndedOrganization.objects.select_for_update().filter(pk=ending.pk).first()
            if locked is None:
                continue
            others = [row for row in locked.kept.get("left", []) if row[0] != user.pk]
            mine = [[user.pk, team] for team in sorted(_left(locked.kept, user.pk, groups))]
            locked.kept["left"] = others + mine
            locked.save(update_fields=["kept"])


def group_seats(teams: Collection[Kept]) -> dict[str, bool]:
    """Return who has a seat by a group, as keys: those are what both databases find in JSON."""
    filled = [team["members"] for team in teams if team["external_group"]]
    return {str(seat[0]): True for seats in filled for seat in seats}


def endings_with_seats_of(user: User) -> QuerySet[EndedOrganization]:
    """Return which to read: what was kept of large organizations is large, and most are none of theirs."""
    endings = EndedOrganization.objects.filter(undo_until__gt=timezone.now())
    of_the_release_before = Q(kept__group_seats__isnull=True)
    return endings.filter(Q(kept__group_seats__has_key=str(user.pk)) | of_the_release_before)


def without_left(kept: Kept) -> Kept:
    """Return what may come back: no seat whose group its holder left, and nobody whom nothing else held."""
    left = {tuple(row) for row in kept.get("left", [])}
    if not left:
        return kept
    teams = [
        {
            **team,
            "members": [seat for seat in team["members"] if (seat[0], team["name"]) not in left],
        }
        for team in kept["teams"]
    ]
    held = {seat[0] for team in teams if team["external_group"] for seat in team["members"]}
    gone = {number for number, _ in left} - held
    members = [member for member in kept["members"] if not _goes(member, gone)]
    return {**kept, "teams": teams, "members": members}


def _goes(member: dict[str, Any], gone: Collection[int]) -> bool:
    """Whether the membership came with a group that holds it no longer; owners stay, as ever."""
    return member["user"] in gone and member["is_managed"] and member["role"] != "owner"


def _left(kept: Kept, number: int, groups: Collection[str]) -> set[str]:
    return {
        team["name"]
        for team in kept.get("teams", [])
        if team["external_group"]
        and team["external_group"] not in groups
        and any(seat[0] == number for seat in team["members"])
    }


def _noted(kept: Kept, number: int) -> set[str]:
    return {team for user, team in kept.get("left", []) if user == number}
