"""What each registry keeps, and what each pool: counted for pages and API.

Beat counts each minute, less often where it takes long: a million blobs take seconds, and no page waits
for them (4 grouped queries and one for each registry).
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db.models import Count, QuerySet
from django.utils import timezone

from index.blob_sizes import distinct_bytes
from index.models import BlobLink, Registry, RegistryPool, Repository, RepositoryState, Tag
from index.registry_spread import Held, NamespaceSpread, count_spread

_KEY = "registry-map"
_KEPT_SECONDS = 86_400
_OFTEN = 60  # seconds; and never more than one in sixty is spent on it


@dataclass(frozen=True, slots=True)
class Holdings:
    """What one registry keeps. `size` counts a blob once, however many repositories share it."""

    repositories: int = 0
    tags: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """What a member of a pool has of it, in per cent of the repositories."""

    registry: str
    repositories: int
    percent: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What each registry keeps, by its id, as of a moment; one that is newer may be missing."""

    at: datetime
    kept: dict[int, Holdings]
    spread: list[NamespaceSpread]


def holdings() -> dict[int, Holdings]:
    """Return what each registry keeps, as it was counted last."""
    return counted().kept


def counted() -> Counted:
    """Return the last count, or make the first."""
    found = cache.get(_KEY) or count_anew()
    kept = {int(pk): Holdings(**one) for pk, one in found["kept"].items()}
    spread = [
        NamespaceSpread(name, {int(pk): Held(**one) for pk, one in held.items()})
        for name, held in found.get("spread", [])
    ]
    return Counted(found["at"], kept, spread)


def count_if_due() -> None:
    """Count anew, if the last count is old enough for what it took."""
    found = cache.get(_KEY)
    if found:
        age = (timezone.now() - found["at"]).total_seconds()
        if age < max(_OFTEN, _OFTEN * found["took"]) - 1:
            return
    count_anew()


def count_anew() -> dict[str, Any]:
    """Count now, and keep it for pages."""
    at, begun = timezone.now(), time.monotonic()
    kept = {pk: asdict(one) for pk, one in count_holdings(Registry.objects.all()).items()}
    spread = [
        (one.namespace, {pk: asdict(held) for pk, held in one.held.items()})
        for one in count_spread()
    ]
    found = {"at": at, "took": time.monotonic() - begun, "kept": kept, "spread": spread}
    cache.set(_KEY, found, _KEPT_SECONDS)
    return found


def count_holdings(registries: QuerySet[Registry]) -> dict[int, Holdings]:
    """Count now."""
    kept = Repository.objects.filter(registry__in=registries)
    kept = kept.exclude(state=RepositoryState.DELETED)
    repositories = _by_registry(kept.values_list("registry").annotate(Count("pk")))
    tags = _by_registry(
        Tag.objects.filter(repository__in=kept)
        .values_list("repository__registry")
        .annotate(Count("pk"))
    )
    return {
        registry.pk: Holdings(
            repositories.get(registry.pk, 0), tags.get(registry.pk, 0), _size(registry)
        )
        for registry in registries
    }


def _size(registry: Registry) -> int:
    links = BlobLink.objects.filter(repository__registry=registry)
    return distinct_bytes(links.exclude(repository__state=RepositoryState.DELETED))


def shares() -> dict[str, list[Share]]:
    """Return of each pool what its members have of all that its members keep."""
    kept = holdings()
    found = {}
    for pool in RegistryPool.objects.prefetch_related("members"):
        members = sorted(pool.members.all(), key=lambda member: member.name)
        numbers = [kept.get(member.pk, Holdings()).repositories for member in members]
        total = sum(numbers)
        found[pool.name] = [
            Share(member.name, number, round(100 * number / total) if total else 0)
            for member, number in zip(members, numbers, strict=True)
        ]
    return found


def _by_registry(rows: Any) -> dict[int, int]:
    return dict(rows)
