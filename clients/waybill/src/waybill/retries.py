"""When a request is sent again, and how long to wait before."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime

_AGAIN = frozenset({429, 503})


@dataclass(frozen=True)
class Retries:
    """At most `most` more times; the pauses double from `first`, and nobody waits above `longest`.

    Half of each pause is chance, so that many clients do not come back together.
    """

    most: int = 4
    first: float = 0.5
    longest: float = 60.0
    chance: Callable[[], float] = field(default=random.random)

    def pause(self, done: int, retry_after: float | None) -> float | None:
        """Return the seconds to wait after `done` attempts; None if it is not worth it."""
        if done > self.most:
            return None
        if retry_after is not None:
            return retry_after if retry_after <= self.longest else None
        whole: float = self.first * 2.0 ** (done - 1)
        return min(self.longest, whole * (0.5 + self.chance() / 2))


def may_pass(status: int) -> bool:
    """Whether the same request may be answered otherwise in a while."""
    return status in _AGAIN


def read_retry_after(text: str, *, now: datetime | None = None) -> float | None:
    """Return the seconds that the header names, as a number or as a date; None if it does not."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return max(0.0, (moment - (now or datetime.now(timezone.utc))).total_seconds())
