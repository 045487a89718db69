"""Times and sizes as docker prints them, and text of others made safe for a terminal."""

from __future__ import annotations

import re
from datetime import datetime, timezone

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_UNITS = ("B", "kB", "MB", "GB", "TB", "PB")
# Until how many seconds an age is said in which unit, as docker/go-units does.
_MINUTE, _HOUR = 60, 3600
_DAY = 24 * _HOUR
_WEEK, _MONTH, _YEAR = 7 * _DAY, 30 * _DAY, 365 * _DAY


def clean(text: str) -> str:
    """Return text in one line that neither moves the cursor nor turns around what stands beside it."""
    return _CONTROL.sub(" ", text).strip()


def size(count: int | None) -> str:
    """Return bytes in decimal units with three digits: 13.3kB, 1.09GB."""
    if count is None:
        return ""
    number, unit = float(count), 0
    while number >= 999.5 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.3g}{_UNITS[unit]}" if number < 1000 else f"{number:.0f}{_UNITS[unit]}"


def count(number: int) -> str:
    """Return a number that people read: 1,234, and 1.2M."""
    return f"{number / 1_000_000:.1f}M" if number >= 1_000_000 else f"{number:,}"


def moment(text: str | None) -> datetime | None:
    """Return the time that an answer names."""
    if not text:
        return None
    found = datetime.fromisoformat(re.sub(r"Z$", "+00:00", text))
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def ago(text: str | None, *, now: datetime | None = None) -> str:
    """Return how long ago something was: `3 days ago`; `in 3 days` if it is still to come."""
    when = moment(text)
    if when is None:
        return ""
    seconds = ((now or datetime.now(timezone.utc)) - when).total_seconds()
    return f"in {duration(-seconds)}" if seconds < 0 else f"{duration(seconds)} ago"


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit that fits, in docker's words."""
    if seconds < 1:
        return "less than a second"
    if seconds < _MINUTE:
        return _several(seconds, 1, "second")
    if seconds < 2 * _MINUTE:
        return "about a minute"
    if seconds < _HOUR:
        return _several(seconds, _MINUTE, "minute")
    if seconds < 2 * _HOUR:
        return "about an hour"
    return _long(seconds)


def _long(seconds: float) -> str:
    steps = ((2 * _DAY, _HOUR, "hour"), (2 * _WEEK, _DAY, "day"), (2 * _MONTH, _WEEK, "week"))
    for limit, unit, name in (*steps, (2 * _YEAR, _MONTH, "month")):
        if seconds < limit:
            return _several(seconds, unit, name)
    return _several(seconds, _YEAR, "year")


def _several(seconds: float, unit: int, name: str) -> str:
    number = int(seconds // unit)
    return f"{number} {name}" if number == 1 else f"{number} {name}s"


def digest(text: str) -> str:
    """Return the digest as short as docker prints identities."""
    return text.removeprefix("sha256:")[:12]
