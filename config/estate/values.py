"""Between records and what JSON knows: each field is of its type, or the record is refused."""

from __future__ import annotations

import enum
import types
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive

_MOST_SHOWN = 60


class Unreadable(ValueError):
    """What stands there is no value of the field; `str()` says why."""


def to_plain(value: Any) -> dict[str, Any]:
    """Return the fields of a record that are not what they are by default."""
    return {
        one.name: _plain(given)
        for one in fields(value)
        if (given := getattr(value, one.name)) != default_of(one)
    }


def from_plain(kind: Any, values: dict[str, Any]) -> Any:
    """Return the record; raise Unreadable for a field that is missing, unknown or of another type."""
    hints = hints_of(kind)
    if unknown := sorted(values.keys() - hints.keys()):
        _refuse(f"there is no field {_short(unknown[0])}")
    missing = [one.name for one in fields(kind) if is_required(one) and one.name not in values]
    if missing:
        _refuse(f"{missing[0]} is missing")
    return kind(**{name: _read(name, hints[name], value) for name, value in values.items()})


def from_column(kind: Any, value: Any) -> Any:
    """Return what a database has as the value of a field."""
    inside = [one for one in get_args(kind) if one is not types.NoneType]
    base = inside[0] if get_origin(kind) is types.UnionType else kind
    if isinstance(base, type) and issubclass(base, enum.Enum):
        return None if base is not kind and not value else base(value)
    if value is None:
        return "" if kind is str else None
    return tuple(value) if isinstance(value, list) else value


@cache
def hints_of(kind: Any) -> dict[str, Any]:
    """Return the type of each field."""
    hints = get_type_hints(kind)
    return {one.name: hints[one.name] for one in fields(kind)}


def is_required(one: Field[Any]) -> bool:
    """Whether a record is none without this field."""
    return one.default is MISSING and one.default_factory is MISSING


def default_of(one: Field[Any]) -> Any:
    """Return what the field is where a line does not have it."""
    return one.default_factory() if one.default_factory is not MISSING else one.default


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return to_plain(value) if is_dataclass(value) else value


def _read(name: str, kind: Any, value: Any) -> Any:
    if get_origin(kind) in (Union, types.UnionType):
        [kind] = [one for one in get_args(kind) if one is not types.NoneType]
        if value is None:
            return None
    reader = _READERS.get(get_origin(kind) or kind)
    if reader:
        return reader(name, kind, value)
    if issubclass(kind, enum.Enum):
        return _choice(name, kind, value)
    if not isinstance(value, dict):
        _refuse(f"{name}: {_short(value)} is no object")
    try:
        return from_plain(kind, value)
    except Unreadable as trouble:
        _refuse(f"{name}: {trouble}")


def _choice(name: str, kind: type[enum.Enum], value: Any) -> enum.Enum:
    try:
        return kind(value)
    except ValueError:
        known = ", ".join(repr(one.value) for one in kind)
        _refuse(f"{name}: {_short(value)} is none of {known}")


def _text(name: str, _kind: Any, value: Any) -> str:
    if not isinstance(value, str) or "\0" in value:
        _refuse(f"{name}: {_short(value)} is no text")
    return value


def _truth(name: str, _kind: Any, value: Any) -> bool:
    if not isinstance(value, bool):
        _refuse(f"{name}: {_short(value)} is neither true nor false")
    return value


def _number(name: str, _kind: Any, value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        _refuse(f"{name}: {_short(value)} is no whole number from 0")
    return value


def _moment(name: str, _kind: Any, value: Any) -> datetime:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or is_naive(found):
        _refuse(f"{name}: {_short(value)} is no moment like 2025-11-23T00:40:00Z")
    return found


def _several(name: str, kind: Any, value: Any) -> tuple[Any, ...]:
    if not isinstance(value, list):
        _refuse(f"{name}: {_short(value)} is no list")
    return tuple(_read(name, get_args(kind)[0], one) for one in value)


def _mapping(name: str, kind: Any, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        _refuse(f"{name}: {_short(value)} is no object")
    inside = get_args(kind)[1]
    return {key: one if inside is Any else _read(name, inside, one) for key, one in value.items()}


def _refuse(why: str) -> NoReturn:
    raise Unreadable(why)


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= _MOST_SHOWN else f"{shown[:_MOST_SHOWN]}…"


_READERS: dict[Any, Any] = {
    str: _text,
    bool: _truth,
    int: _number,
    datetime: _moment,
    tuple: _several,
    dict: _mapping,
}
