"""Which registry keeps how much of which namespace: counted with the map, for the largest namespaces."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Count, FloatField, Sum
from django.db.models.functions import Cast

from index.models import BlobLink, Repository, RepositoryState

MOST = 20  # namespaces by themselves; the others are one line


@dataclass(frozen=True, slots=True)
class Held:
    """What one registry keeps of one namespace. A blob counts in each repository that has it."""

    repositories: int = 0
    size: int = 0


@dataclass(frozen=True, slots=True)
class NamespaceSpread:
    """One namespace ("" for all others together), and what it has at each registry, by its id."""

    namespace: str
    held: dict[int, Held]

    @property
    def size(self) -> int:
        """Bytes at all registries together."""
        return sum(one.size for one in self.held.values())


def count_spread() -> list[NamespaceSpread]:
    """Count now, the largest first: two grouped queries."""
    kept = Repository.objects.exclude(state=RepositoryState.DELETED)
    numbers = kept.values_list("namespace__name", "registry").annotate(Count("pk")).order_by()
    links = BlobLink.objects.exclude(repository__state=RepositoryState.DELETED)
    # As floating point, as index/blob_sizes.py says why.
    sizes = (
        links.values_list("repository__namespace__name", "repository__registry")
        .annotate(bytes=Sum(Cast("size", FloatField())))
        .order_by()
    )
    found: dict[str, dict[int, Held]] = defaultdict(dict)
    by_place = {(name, registry): int(size or 0) for name, registry, size in sizes}
    for name, registry, number in numbers:
        found[name][registry] = Held(number, by_place.get((name, registry), 0))
    return largest([NamespaceSpread(name, held) for name, held in found.items()])


def largest(spreads: list[NamespaceSpread]) -> list[NamespaceSpread]:
    """Return the largest by themselves, and the others together at the end."""
    ordered = sorted(spreads, key=lambda one: (-one.size, one.namespace))
    others = ordered[MOST:]
    if not others:
        return ordered
    together: dict[int, Held] = {}
    for spread in others:
        for registry, held in spread.held.items():
            sofar = together.get(registry, Held())
            together[registry] = Held(
                sofar.repositories + held.repositories, sofar.size + held.size
            )
    return [*ordered[:MOST], NamespaceSpread("", together)]
