"""Text of strangers as pages may show it: cut, and nothing invisible in it (case 28)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.utils.dateparse import parse_datetime

LONGEST_TEXT = 2_000
LONGEST_COMMAND = 20_000
# Controls, format characters (those that turn the direction of text among them), lone surrogates, what
# is for private use: everything that looks like nothing, or like something else.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u0600-\u0605\u061c\u06dd\u070f\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\uf8ff\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff0-\uffff\U0001d173-\U0001d17a\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)


class Named(NamedTuple):
    """A name and its value: of a variable, a label, an annotation."""

    name: str
    value: str


def shown(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text without what cannot be seen, each such character by its number; cut with a dot.

    "" for what is no text.
    """
    if not isinstance(value, str):
        return ""
    text = _INVISIBLE.sub(_number, value[:longest])
    return f"{text}…" if len(value) > longest else text


def one_line(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return it with blanks for the ends of lines."""
    return " ".join(shown(value, longest).split())


def moment(value: Any) -> datetime | None:
    """Return a time of RFC 3339, to the microsecond; None for what is none."""
    if not isinstance(value, str) or len(value) > 40:
        return None
    try:
        found = parse_datetime(re.sub(r"(\.\d{6})\d+", r"\1", value))
        return found.astimezone(UTC) if found and found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def size_of(value: Any) -> int:
    """Return a number of bytes; 0 for what is none."""
    return value if type(value) is int and 0 <= value < 2**62 else 0


def _number(match: re.Match[str]) -> str:
    return f"<U+{ord(match[0]):04X}>"
