"""What became of each record: counted, and told one by one in the report."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import IO

SHOWN_OF_EACH = 10


class Outcome(StrEnum):
    """What a record can become."""

    CREATED = "created"
    THERE = "there already"
    CHANGED = "changed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Told:
    """What became of one record; the reason says why it was refused, or what of it was left out."""

    line: int
    kind: str
    about: str
    outcome: Outcome
    reason: str = ""


class Report:
    """Counts in memory, all else in the file: an estate may have a million refusals."""

    def __init__(self, file: IO[str] | None = None) -> None:
        """Begin; without a file only what is shown is kept."""
        self.counts: Counter[tuple[str, Outcome]] = Counter()
        self.shown: dict[str, list[Told]] = {}
        self._file = file
        self._began = time.monotonic()

    def add(self, told: Told) -> None:
        """Take in what became of a record."""
        self.counts[told.kind, told.outcome] += 1
        if told.reason:
            some = self.shown.setdefault(told.kind, [])
            if len(some) < SHOWN_OF_EACH:
                some.append(told)
        if self._file:
            self._file.write(json.dumps(asdict(told), ensure_ascii=False) + "\n")

    def count(self, outcome: Outcome) -> int:
        """Return how many records became that."""
        return sum(count for (_, one), count in self.counts.items() if one is outcome)

    @property
    def records(self) -> int:
        """How many records there were."""
        return sum(self.counts.values())

    @property
    def pace(self) -> int:
        """Records a second, until now."""
        return round(self.records / max(time.monotonic() - self._began, 0.001))

    def end(self, **facts: object) -> None:
        """Write the last line: the counts."""
        if self._file:
            counts: dict[str, dict[str, int]] = {}
            for (kind, outcome), count in self.counts.items():
                counts.setdefault(kind, {})[outcome] = count
            self._file.write(json.dumps({"counts": counts, **facts}) + "\n")

    def lines(self) -> Iterator[str]:
        """Yield the report as people read it."""
        yield f"{'':<20}" + "".join(f"{one:>15}" for one in Outcome)
        for kind in dict.fromkeys(kind for kind, _ in self.counts):
            row = (self.counts[kind, one] for one in Outcome)
            yield f"{kind:<20}" + "".join(f"{count or '-':>15}" for count in row)
        for kind, some in self.shown.items():
            for told in some:
                yield f"line {told.line}, {kind} {told.about}: {told.outcome}: {told.reason}"
            told_of = sum(1 for one in some if one.outcome is Outcome.REFUSED)
            if (more := self.counts[kind, Outcome.REFUSED] - told_of) > 0:
                yield f"… and {more} more of {kind} that were refused: --report FILE has them all"
