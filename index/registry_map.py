"""What each registry keeps, and what each pool: counted for pages and API.

Two grouped queries and one for each registry, however many repositories there are; a minute old at
the most.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from django.core.cache import cache
from django.db.models import Count, Max, QuerySet, Sum

from index.models import BlobLink, Registry, RegistryPool, Repository, RepositoryState, Tag

_KEPT_SECONDS = 60
_KEY = "registry-map"


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


def holdings() -> dict[int, Holdings]:
    """Return what each registry keeps, by its id; one that keeps nothing may be missing."""
    kept = cache.get(_KEY)
    if kept is None:
        kept = {pk: asdict(one) for pk, one in count_holdings(Registry.objects.all()).items()}
        cache.set(_KEY, kept, _KEPT_SECONDS)
    return {int(pk): Holdings(**one) for pk, one in kept.items()}


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
    links = links.exclude(repository__state=RepositoryState.DELETED)
    once = links.values("digest").annotate(most=Max("size"))
    return int(once.aggregate(total=Sum("most"))["total"] or 0)


def shares() -> dict[str, list[Share]]:
    """Return of each pool what its members have of all that its members keep."""
    counted = holdings()
    found = {}
    for pool in RegistryPool.objects.prefetch_related("members"):
        members = sorted(pool.members.all(), key=lambda member: member.name)
        numbers = [counted.get(member.pk, Holdings()).repositories for member in members]
        total = sum(numbers)
        found[pool.name] = [
            Share(member.name, number, round(100 * number / total) if total else 0)
            for member, number in zip(members, numbers, strict=True)
        ]
    return found


def forget() -> None:
    """Count anew next time."""
    cache.delete(_KEY)


def _by_registry(rows: Any) -> dict[int, int]:
    return dict(rows)
