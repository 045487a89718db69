"""The credentials that were found in a repository's images, one row for each, as pages and API show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet

from index.models import Dismissal, Repository, SecretFinding, Tag

_PLACES_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Place:
    """Where one stands: in which image, and at which spot of it."""

    digest: str
    tags: list[str]
    place: str


@dataclass(frozen=True, slots=True)
class SecretRow:
    """One credential, wherever it stands; `id` is the keyed digest that compares it with others."""

    id: str
    kind: str
    words: str
    excerpt: str
    first_found_at: datetime
    place_count: int
    places: list[Place]
    dismissal: str
    dismissed_at: datetime | None
    dismissed_by: str

    @property
    def dismissal_words(self) -> str:
        """What the admins said of it; empty while nobody has."""
        return str(Dismissal(self.dismissal).label) if self.dismissal else ""


def secrets_of(repository: Repository) -> QuerySet[SecretFinding, Any]:
    """Return a row for each credential: unanswered ones first, then the newest."""
    of_repository = SecretFinding.objects.filter(repository=repository).order_by()
    return (
        of_repository.values("fingerprint")
        .annotate(
            first_found_at=Min("found_at"),
            place_count=Count("pk"),
            unanswered=Count("pk", filter=Q(dismissed_at=None)),
            last_dismissed_at=Max("dismissed_at"),
        )
        .order_by(F("last_dismissed_at").asc(nulls_first=True), "-first_found_at", "fingerprint")
    )


def describe(repository: Repository, groups: list[dict[str, Any]]) -> list[SecretRow]:
    """Return what is shown of one page of `secrets_of`: three queries."""
    wanted = [group["fingerprint"] for group in groups]
    findings = SecretFinding.objects.filter(repository=repository, fingerprint__in=wanted)
    ordered = findings.select_related("manifest", "dismissed_by").order_by("fingerprint", "-pk")
    by_fingerprint = {
        fingerprint: list(same)
        for fingerprint, same in groupby(ordered, key=lambda one: one.fingerprint)
    }
    shown = [one for same in by_fingerprint.values() for one in same[:_PLACES_SHOWN]]
    tags = _tags_of(repository, {one.manifest_id for one in shown})
    return [_row(group, by_fingerprint[group["fingerprint"]], tags) for group in groups]


def _row(group: dict[str, Any], same: list[SecretFinding], tags: dict[int, list[str]]) -> SecretRow:
    newest = same[0]
    return SecretRow(
        id=newest.fingerprint,
        kind=newest.kind,
        words=newest.kind_words,
        excerpt=newest.excerpt,
        first_found_at=group["first_found_at"],
        place_count=group["place_count"],
        places=[
            Place(one.manifest.digest, tags.get(one.manifest_id, []), one.place)
            for one in same[:_PLACES_SHOWN]
        ],
        dismissal=newest.dismissal,
        dismissed_at=newest.dismissed_at,
        dismissed_by=newest.dismissed_by.username if newest.dismissed_by else "",
    )


def _tags_of(repository: Repository, manifests: set[int]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    pointing = Tag.objects.filter(repository=repository, manifest__in=manifests)
    for manifest_id, name in pointing.values_list("manifest", "name"):
        found.setdefault(manifest_id, []).append(name)
    return found
