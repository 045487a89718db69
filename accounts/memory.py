"""What is remembered between requests, in this process: dropped the moment anything changes."""

from __future__ import annotations

import secrets
import time
from datetime import datetime
from hashlib import blake2b
from typing import Generic, TypeVar

from accounts.changes import LONGEST_MEMORY, stamp

T = TypeVar("T")
_MOST = 10_000
_KEY = secrets.token_bytes(32)  # of this process: what is remembered names no secret


def keyed_digest(*parts: str | bytes) -> bytes:
    """Return what a request is remembered by; parts are told apart."""
    return blake2b(repr(parts).encode(), digest_size=16, key=_KEY).digest()


class Memory(Generic[T]):
    """Values by key, for `LONGEST_MEMORY` seconds at most and while the change stamp stays."""

    def __init__(self) -> None:
        """Remember nothing yet."""
        self._stamp = b""
        self._values: dict[bytes, tuple[float, T]] = {}

    def get(self, key: bytes) -> T | None:
        """Return what is remembered and still true."""
        present = stamp.read()
        if present != self._stamp:
            self._values.clear()
            self._stamp = present
            return None
        found = self._values.get(key)
        if (
            found and found[0] > time.time() >= found[0] - LONGEST_MEMORY
        ):  # clocks are set back, too
            return found[1]
        return None

    def keep(self, key: bytes, value: T, *, since: bytes, until: datetime | None = None) -> None:
        """Remember a value that was found out when the stamp was `since`; not beyond `until`."""
        if since != self._stamp:
            return
        if len(self._values) >= _MOST:
            self._values.clear()
        end = time.time() + LONGEST_MEMORY
        self._values[key] = (min(end, until.timestamp()) if until else end, value)

    def forget(self) -> None:
        """Drop everything."""
        self._values.clear()
