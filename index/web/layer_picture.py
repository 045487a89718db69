"""The layers of an image as one bar: as wide as what each adds to a pull."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from index.contents.images import Layer
from index.web.axes import percent
from index.web.number_tags import plain_size

MOST = 60  # further layers are one part: narrower ones nobody could point at


@dataclass(frozen=True, slots=True)
class Part:
    """One layer, or the rest together."""

    x: str
    width: str
    label: str
    is_shared: bool
    is_dark: bool  # every second one, so that neighbours are told apart


@dataclass(frozen=True, slots=True)
class LayerBar:
    """What the template draws, and what it says of it in words."""

    parts: list[Part]
    total: int
    shared: int  # bytes of layers that other images have too

    @property
    def own(self) -> int:
        """Bytes that only this image has."""
        return self.total - self.shared


def draw(layers: Sequence[Layer], having: Mapping[str, int]) -> LayerBar | None:
    """Place every layer; None where no size is known, or there is but one."""
    total = sum(layer.size for layer in layers)
    if not total or len(layers) < 2:
        return None
    parts, reached = [], 0
    for at, group in enumerate(_groups(layers)):
        size = sum(layer.size for layer in group)
        parts.append(
            Part(
                percent(reached / total),
                percent(size / total),
                _label(group, size, total),
                all(layer.digest in having for layer in group),
                bool(at % 2),
            )
        )
        reached += size
    shared = sum(layer.size for layer in layers if layer.digest in having)
    return LayerBar(parts, total, shared)


def _groups(layers: Sequence[Layer]) -> list[Sequence[Layer]]:
    """Return each layer alone, those at the end together where there are too many."""
    single: list[Sequence[Layer]] = [[layer] for layer in layers[:MOST]]
    return [*single, layers[MOST:]] if len(layers) > MOST else single


def _label(group: Sequence[Layer], size: int, total: int) -> str:
    numbers = f"{group[0].number}"
    if len(group) > 1:
        numbers = f"{group[0].number}-{group[-1].number}"
    return f"{numbers}{_(': ')}{plain_size(size)}, {round(100 * size / total)} %"
