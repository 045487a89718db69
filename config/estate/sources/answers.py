"""A folder of what another product's API answered, an object a line, as recipes in docs/operations/moving-in.md write it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from config.estate.sources.errors import Unusable
from config.estate.sources.tables import Schema, Tables
from config.estate.sources.told import Told

Answer: TypeAlias = "dict[str, Any]"
_LAST = "complete.json"  # the recipe writes it when it has everything


class Answers:
    """Lists by name: `users` is users.jsonl, and each of `members` a members+….jsonl."""

    def __init__(self, folder: Path, product: str) -> None:
        """Open the folder; raise Unusable unless it holds everything, of that product."""
        check_complete(folder, product)
        self._folder = folder

    def of(self, name: str, *needed: str) -> Iterator[Answer]:
        """Yield each line of a list, which has what is needed; raise Unusable."""
        path = self._folder / f"{name}.jsonl"
        if not path.is_file():
            _stop(f"There is no {path.name} in {self._folder.name}: run the recipe again.")
        yield from _lines(path, needed)

    def some(self, name: str) -> Iterator[Answer]:
        """Yield each line of a list that need not be there."""
        path = self._folder / f"{name}.jsonl"
        if path.is_file():
            yield from _lines(path, ())

    def each(self, name: str, *needed: str) -> Iterator[Answer]:
        """Yield each line of the lists that there is one of for each project, say."""
        for path in sorted(self._folder.glob(f"{name}+*.jsonl")):
            yield from _lines(path, needed)


def check_complete(folder: Path, product: str) -> None:
    """Raise Unusable unless the recipe for that product came to its end there."""
    last = folder / _LAST
    if not last.is_file():
        _stop(
            f"{folder.name} has no {_LAST}, so the recipe was stopped: run it again, it goes on where "
            "it was."
        )
    if Told(last.read_text("utf-8", "replace")).text("product") != product:
        _stop(f"{folder.name} holds no answers of {product}: its {_LAST} says so.")


def told(value: object) -> str | None:
    """Return a value as a dump has it: text, or nothing."""
    if value is None or isinstance(value, str):
        return value.replace("\0", "") if value else value
    return json.dumps(value, ensure_ascii=False)


def part(answer: Answer, name: str) -> Answer:
    """Return an object within, or an empty one."""
    found = answer.get(name)
    return found if isinstance(found, dict) else {}


def put(tables: Tables, schema: Schema, name: str, row: Answer) -> None:
    """Add a row to a table: of what is told, what it has columns for."""
    [table] = [one for one in schema.tables if one.name == name]
    columns = [one for one in (*table.columns, *table.later) if one in row]
    tables.put(name, columns, [told(row[one]) for one in columns])


def _lines(path: Path, needed: tuple[str, ...]) -> Iterator[Answer]:
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                found = json.loads(line)
                json.dumps(found, ensure_ascii=False).encode()  # half of a character is none
            except (ValueError, RecursionError):
                found = None
            if not isinstance(found, dict):
                _stop(f"Line {number} of {path.name} is no object of JSON: run the recipe again.")
            if missing := [one for one in needed if found.get(one) is None]:
                _stop(
                    f"Line {number} of {path.name} has no {missing[0]}: this is no answer of a version "
                    "that is known here."
                )
            yield found


def _stop(message: str) -> NoReturn:
    raise Unusable(message)
