"""What was read from the environment, for the page of settings in force; of secrets only that they are set."""

from __future__ import annotations

import os
import re

# A password in an address, up to the last @ before the next address or the query: what is read by
# urlsplit may have commas and @ in it. Then what the query says in confidence.
_PASSWORD = re.compile(r"(?<=://)((?:(?!://)[^:@?])*):(?!//)(?:(?!://)[^?])*@")
_CONFIDED = re.compile(
    r"([?&][^=&,]*(?:token|pass|pwd|secret|key|auth)[^=&,]*)=[^&]*", re.IGNORECASE
)
_read: dict[str, str] = {}
_secrets: set[str] = set()


def note(name: str, value: str) -> None:
    """Remember what a variable is."""
    _read[name] = value


def note_secret(name: str) -> None:
    """Remember that what a variable is must never be shown."""
    _secrets.add(name)


def in_force() -> list[tuple[str, str, bool, bool]]:
    """Return name, value, whether it was set and whether it is a secret, of each that was read."""
    return [
        (name, _shown(name), name in os.environ or f"{name}_FILE" in os.environ, name in _secrets)
        for name in sorted(_read.keys() | _secrets)
    ]


def _shown(name: str) -> str:
    if name in _secrets:
        return ""
    return _CONFIDED.sub(r"\1=…", _PASSWORD.sub(r"\1:…@", _read[name]))
