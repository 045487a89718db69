"""The map as a picture: a column for each stage, a block for each registry, as high as what it keeps."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from index.models import Registry, RegistryCheck, RegistryState, Stage
from index.registry_map import Holdings

_WIDTH, _GAP, _TOP = 168, 28, 34
_LOWEST, _HIGHEST = 64, 148
_STAGES = (Stage.SANDBOX, Stage.INTEGRATION, Stage.RELEASE, Stage.NONE)

Row = tuple[Registry, RegistryCheck | None, Holdings]


@dataclass(frozen=True, slots=True)
class Block:
    """One registry, where it is drawn."""

    registry: Registry
    kept: Holdings
    look: str
    x: int
    y: int
    height: int
    width: int = _WIDTH

    @property
    def text_x(self) -> int:
        """Where its words begin."""
        return self.x + 14


@dataclass(frozen=True, slots=True)
class Column:
    """One stage."""

    title: str
    x: int
    has_next: bool  # images are promoted from here into the next one


@dataclass(slots=True)
class Picture:
    """What the template draws."""

    width: int = 0
    height: int = 0
    columns: list[Column] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)


def draw(rows: Iterable[Row]) -> Picture:
    """Place every registry."""
    every = list(rows)
    most = max((kept.size for _, _, kept in every), default=0)
    used = [stage for stage in _STAGES if any(one.stage == stage for one, _, _ in every)]
    picture = Picture()
    for number, stage in enumerate(used):
        x = number * (_WIDTH + _GAP) + 1
        has_next = number + 1 < len(used) and used[number + 1] != Stage.NONE
        picture.columns.append(Column(str(stage.label), x, has_next))
        y = _TOP
        for registry, check, kept in (row for row in every if row[0].stage == stage):
            share = kept.size / most if most else 0
            height = round(_LOWEST + (_HIGHEST - _LOWEST) * share)
            picture.blocks.append(Block(registry, kept, _look(registry, check), x, y, height))
            y += height + 12
        picture.height = max(picture.height, y)
    picture.width = max(len(used) * (_WIDTH + _GAP) - _GAP + 2, _WIDTH)
    return picture


def _look(registry: Registry, check: RegistryCheck | None) -> str:
    if registry.state != RegistryState.IN_USE:
        return registry.state
    if check is None:
        return "unknown"
    return "good" if check.is_healthy else "bad"
