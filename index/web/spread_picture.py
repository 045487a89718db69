"""Which registry keeps how much of a namespace, as a bar for each: its parts are the registries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from index.registry_spread import Held, NamespaceSpread
from index.web.axes import percent
from index.web.number_tags import plain_size

LOOKS = 6  # colours; further registries begin again, beside them is what they are called


@dataclass(frozen=True, slots=True)
class Part:
    """What one registry keeps."""

    registry: str
    held: Held
    x: str
    width: str
    look: int

    @property
    def label(self) -> str:
        """Say it as a title."""
        return f"{self.registry}{_(': ')}{plain_size(self.held.size)}"


@dataclass(frozen=True, slots=True)
class Bar:
    """One namespace, "" for all others together; as wide as it is beside the largest."""

    namespace: str
    size: int
    parts: list[Part]


def draw(spreads: Sequence[NamespaceSpread], registries: Mapping[int, str]) -> list[Bar]:
    """Place the registries of each namespace by name; `registries` has names by id."""
    most = max((one.size for one in spreads), default=0)
    order = {pk: at for at, pk in enumerate(sorted(registries, key=lambda pk: registries[pk]))}
    return [_bar(one, most, registries, order) for one in spreads]


def _bar(
    spread: NamespaceSpread, most: int, registries: Mapping[int, str], order: Mapping[int, int]
) -> Bar:
    parts, reached = [], 0
    for pk in sorted((pk for pk in spread.held if pk in order), key=lambda pk: order[pk]):
        held = spread.held[pk]
        parts.append(
            Part(
                registries[pk],
                held,
                percent(reached / most if most else 0),
                percent(held.size / most if most else 0),
                order[pk] % LOOKS,
            )
        )
        reached += held.size
    return Bar(spread.namespace, reached, parts)
