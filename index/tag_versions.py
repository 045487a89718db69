"""Tags in the order of versions: 1.9 before 1.10, 2.0-rc1 before 2.0. Pure."""

from __future__ import annotations

import re

_PARTS = re.compile(r"[0-9]+|[A-Za-z]+|[._-]", re.ASCII)
# What comes before the version it leads to: 2.0-rc1 is not yet 2.0.
_EARLY = frozenset({"alpha", "beta", "dev", "m", "nightly", "pre", "preview", "rc", "snapshot"})
_EARLIER, _END, _NUMBER, _WORD, _SEPARATOR = b"\x01", b"\x02", b"\x03", b"\x04", b"\x05"


def version_key(tag: str) -> bytes:
    """Return bytes that are ordered as the versions are, whatever the database's alphabet.

    Numbers are compared by their value: a byte for how many digits they have stands before them.
    """
    parts = _PARTS.findall(tag)
    if len(parts) > 1 and parts[0].lower() == "v" and parts[1].isdigit():
        parts = parts[1:]
    return b"".join(_key(part, place) for place, part in enumerate(parts)) + _END


def _key(part: str, place: int) -> bytes:
    if part.isdigit():
        digits = part.lstrip("0").encode()
        return _NUMBER + bytes([len(digits)]) + digits
    if part in "._-":
        return b"" if part == "-" else _SEPARATOR
    word = part.lower()
    return (_EARLIER if place and word in _EARLY else _WORD) + word.encode()
