"""Find differences: the one filter of page, REST API and command."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, QuerySet

from accounts.prepared import prepared
from index.models import Difference, DifferenceState, Registry


@dataclass(frozen=True, slots=True)
class DifferenceFilter:
    """What is looked for; empty is everything."""

    state: str = ""
    kind: str = ""
    name: str = ""  # a part of the repository's name

    def find(self, registry: Registry) -> QuerySet[Difference]:
        """Return the differences, by name and tag."""
        found = Difference.objects.filter(registry=registry)
        if self.state:
            found = found.filter(state=self.state)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.name:
            found = found.filter(name__contains=self.name)
        return found.order_by("name", "tag", "kind", "pk")


def counts_of(registry: Registry) -> dict[str, int]:
    """Return how many are open, ignored and so on; what is zero is left out."""
    found = dict(prepared(_numbers, registry=registry.pk).rows())
    return {state.value: found[state.value] for state in DifferenceState if state.value in found}


def _numbers(*, registry: int) -> QuerySet[Difference, tuple[str, int]]:
    states = Difference.objects.filter(registry=registry).order_by().values("state")
    return states.annotate(number=Count("pk")).values_list("state", "number")
