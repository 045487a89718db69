"""JSON alone, and only what can be stored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

_DEEPEST = 20


class StrictJSONParser(JSONParser):
    """Refuses what became a 500 elsewhere: depth, NUL, lone surrogates, NaN (F16)."""

    outermost: type = dict

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return the object; raise ParseError with the reason."""
        try:
            value = json.loads(stream.read().decode("utf-8"), parse_constant=_no_constant)
            _check(value, 0)
        except RecursionError as error:
            message = f"the body is nested more than {_DEEPEST} deep"
            raise ParseError(message) from error
        except ValueError as error:
            message = f"the body is not acceptable JSON: {error}"
            raise ParseError(message) from error
        if not isinstance(value, self.outermost):
            message = f"the body must be a JSON {'array' if self.outermost is list else 'object'}"
            raise ParseError(message)
        return value


class StrictJSONListParser(StrictJSONParser):
    """The same for a body that is a list."""

    outermost = list


def _no_constant(name: str) -> Any:
    message = f"{name} is not a number"
    raise ValueError(message)


def _check(value: Any, depth: int) -> None:
    if depth > _DEEPEST:
        message = f"nested more than {_DEEPEST} deep"
        raise ValueError(message)
    if isinstance(value, str):
        value.encode()  # a lone surrogate is a ValueError
        if "\x00" in value:
            message = "text with a NUL character"
            raise ValueError(message)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check(key, depth)
            _check(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            _check(item, depth + 1)
