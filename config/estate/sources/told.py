"""JSON of other products, which may be anything."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any


class Told:
    """JSON of somebody else: what is not of the type that is asked for is not there."""

    def __init__(self, text: str | None) -> None:
        """Read it; what is no JSON is nothing."""
        self._value: Any = None
        with suppress(ValueError, RecursionError):
            told = json.loads(text or "null")
            json.dumps(told, ensure_ascii=False).encode()  # half of a character is none
            self._value = told

    def several(self, *path: str) -> list[Any]:
        """Return a list."""
        found = self._at(path)
        return found if isinstance(found, list) else []

    def text(self, *path: str) -> str:
        """Return a text."""
        found = self._at(path)
        return found.replace("\0", "") if isinstance(found, str) else ""

    def number(self, name: str, default: int) -> int:
        """Return a whole number."""
        found = self._at((name,))
        return found if isinstance(found, int) else default

    def has(self, *path: str) -> bool:
        """Whether something stands there."""
        return self._at(path) is not None

    def is_yes(self, *path: str) -> bool:
        """Whether it is true, and says so."""
        return self._at(path) is True

    def is_no(self, *path: str) -> bool:
        """Whether it is false, and says so: what is not told is neither."""
        return self._at(path) is False

    def _at(self, path: tuple[str, ...]) -> Any:
        found = self._value
        for name in path:
            found = found.get(name) if isinstance(found, dict) else None
        return found
