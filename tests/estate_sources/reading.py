"""Reads samples, and says briefly what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from config.estate.file import read
from config.estate.records import LeftBehind, Record
from config.estate.sources.convert import Choices, convert

SAMPLES = Path(__file__).parent / "samples"
OneKind = TypeVar("OneKind", bound=Record)


class Moved:
    """The records that an export became."""

    def __init__(self, product: str, path: Path, folder: Path, **choices: object) -> None:
        """Convert, and read the file that was written."""
        file = folder / "records.jsonl"
        names = choices.pop("names", {})
        assert isinstance(names, Mapping)
        self.outcome = convert(product, path, file, Choices(names, **choices))  # type: ignore[arg-type]
        lines = list(read(file))
        assert [one.problem for one in lines if one.record is None] == []
        self.records = [one.record for one in lines if one.record is not None]

    def all(self, kind: type[OneKind]) -> list[OneKind]:
        """Return the records of a kind."""
        return [one for one in self.records if isinstance(one, kind)]

    def one(self, kind: type[OneKind], about: str) -> OneKind:
        """Return the one of that key."""
        [found] = [one for one in self.all(kind) if one.about == about]
        return found

    def left(self) -> dict[str, str]:
        """Return why what was left behind."""
        return {f"{one.what}: {one.name}": one.reason for one in self.all(LeftBehind)}
