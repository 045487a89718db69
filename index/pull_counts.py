"""Count in sliding windows: in Redis, or in the database while Redis is away.

A window that slides is told by two that stand still: what was counted in the last one fades, as if
it had been spread evenly, while the present one fills. Two numbers, one script, one round trip.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.conf import settings
from django.db.models import F
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

from accounts.limits import Limit
from accounts.redis_client import connect
from index.models import PullCount

log = logging.getLogger(__name__)
_LONGEST_WINDOW = timedelta(days=31)
# KEYS: the present window, the last one. ARGV: most events, seconds of a window, seconds left of it.
_SCRIPT = """
local current = tonumber(redis.call('GET', KEYS[1]) or 0)
local before = tonumber(redis.call('GET', KEYS[2]) or 0)
if current + math.floor(before * ARGV[3] / ARGV[2]) < tonumber(ARGV[1]) then
  current = redis.call('INCR', KEYS[1])
  redis.call('EXPIRE', KEYS[1], 2 * ARGV[2])
  return {before, current, 1}
end
return {before, current, 0}
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a limit leaves at this moment."""

    limit: Limit
    before: int  # counted in the window that has ended
    current: int  # counted in the present one
    left: int  # seconds that the present one still has
    was_counted: bool = False

    @property
    def remaining(self) -> int:
        """How many more there may be."""
        return max(0, self.room - self.current)

    @property
    def used(self) -> int:
        """What stands against the limit."""
        return self.limit.events - self.remaining

    @property
    def room(self) -> int:
        """What the last window leaves of the limit."""
        return self.limit.events - self.before * self.left // self.limit.seconds

    @property
    def wait(self) -> int:
        """Seconds until there may be one more, if nobody else comes first."""
        if self.remaining:
            return 0
        if self.current < self.limit.events:  # enough of the last window has to fade
            return self.left - self._fades(self.before, self.limit.events - self.current)
        return self.left + self.limit.seconds - self._fades(self.current, self.limit.events)

    def _fades(self, count: int, below: int) -> int:
        """Return how many seconds of a window are left when `count` of before counts for less."""
        return (below * self.limit.seconds - 1) // count


class PullCounts:
    """Counters by name; each limit has its own."""

    def __init__(self, url: str, *, leave_alone: float = 5.0) -> None:
        """Open nothing yet. A Redis that hangs is asked again after so many seconds: not every pull
        is to wait for it.
        """
        self._redis = connect(
            url,
            socket_connect_timeout=1,
            socket_timeout=1,
            # A connection that was closed meanwhile is opened anew; nothing else is tried twice.
            retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
        )
        self._script = self._redis.register_script(_SCRIPT)
        self._leave_alone = leave_alone
        self._away_until = 0.0

    def count(self, limit: Limit, *counter: str) -> Reading:
        """Count one event unless the limit is used up: `was_counted` says so."""
        return self._ask(limit, limit.events, counter)

    def look(self, limit: Limit, *counter: str) -> Reading:
        """Count nothing."""
        return self._ask(limit, 0, counter)

    def _ask(self, limit: Limit, most: int, counter: tuple[str, ...]) -> Reading:
        name = hashlib.sha256(json.dumps([limit.seconds, *counter]).encode()).hexdigest()
        number, elapsed = divmod(int(time.time()), limit.seconds)
        left = limit.seconds - elapsed
        if time.monotonic() >= self._away_until:
            try:
                keys = [f"waybill:pulls:{{{name}}}:{window}" for window in (number, number - 1)]
                answer = cast("Any", self._script(keys, [most, limit.seconds, left]))
                before, current, counted = (int(value) for value in answer)
                return Reading(limit, before, current, left, bool(counted))
            except RedisError as error:
                log.warning("redis is away, pulls are counted in the database: %s", error)
                self._away_until = time.monotonic() + self._leave_alone
        return _ask_database(limit, most, name, number, left)


def _ask_database(limit: Limit, most: int, name: str, number: int, left: int) -> Reading:
    """Read both windows and add one to the present one, never above what there is room for."""
    ends_at = datetime.fromtimestamp((number + 1) * limit.seconds, UTC)
    ended_at = ends_at - timedelta(seconds=limit.seconds)
    found = PullCount.objects.filter(counter=name, ends_at__in=(ended_at, ends_at))
    pulls = dict(found.values_list("ends_at", "pulls"))
    reading = Reading(limit, pulls.get(ended_at, 0), pulls.get(ends_at, 0), left)
    if not most or not reading.remaining:
        return reading
    row, is_new = PullCount.objects.get_or_create(
        counter=name, ends_at=ends_at, defaults={"pulls": 1}
    )
    below = PullCount.objects.filter(pk=row.pk, pulls__lt=reading.room)
    counted = is_new or below.update(pulls=F("pulls") + 1) == 1
    current = max(reading.current, row.pulls if is_new else row.pulls + 1)
    return Reading(limit, reading.before, current, left, counted)


def forget_the_past() -> None:
    """Delete windows that count for nothing any more."""
    over = datetime.now(UTC) - _LONGEST_WINDOW
    PullCount.objects.filter(ends_at__lt=over).delete()


pull_counts = PullCounts(settings.REDIS_URL)
