"""The history of an image: the command that made each layer, as its author wrote it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from index.contents.documents import items
from index.contents.texts import LONGEST_COMMAND, moment, one_line, shown

_NOP = re.compile(r"\A/bin/sh -c #\(nop\)\s*", re.ASCII)
_SHELL = re.compile(
    r"\A(?:RUN )?(?:\|\d{1,3} .{0,4000}? )?/bin/(?:ba)?sh -c ", re.ASCII | re.DOTALL
)
_BUILDKIT = re.compile(r"\s*# buildkit\Z", re.ASCII)
_LONGEST_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a build. `layer` is the number of the layer it made, from 1; 0 if it made none."""

    command: str  # cleaned
    full: str  # as it stands in the config
    created: datetime | None
    comment: str
    layer: int = 0

    @property
    def short(self) -> str:
        """The command on one line, cut."""
        return one_line(self.command, _LONGEST_SHOWN)

    @property
    def is_cut(self) -> bool:
        """Whether there is more to see than `short`."""
        return self.short != self.full


def read_history(config: dict[str, Any], layers: int) -> list[Step]:
    """Return the steps, first to last, each with the layer it made if the numbers add up."""
    steps = [item for item in items(config, "history") if isinstance(item, dict)]
    return list(_paired(steps, layers))


def _paired(steps: list[dict[str, Any]], layers: int) -> Iterator[Step]:
    made = 0
    for step in steps:
        is_empty = step.get("empty_layer") is True
        made += not is_empty
        yield _step(step, 0 if is_empty or made > layers else made)


def _step(step: dict[str, Any], layer: int) -> Step:
    full = shown(step.get("created_by"), LONGEST_COMMAND)
    return Step(
        command=clean(full),
        full=full,
        created=moment(step.get("created")),
        comment=one_line(step.get("comment"), 200),
        layer=layer,
    )


def clean(command: str) -> str:
    """Return the instruction of the build file, without what builders put around it."""
    text = _BUILDKIT.sub("", command)
    if _NOP.match(text):
        return _NOP.sub("", text)
    return _SHELL.sub("RUN ", text, count=1)
