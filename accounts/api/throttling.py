"""One limit for all calls of a principal."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.api.auth import principal_of
from accounts.errors import TooManyAttempts
from accounts.ratelimits import API_CALLS, count, network_of, refuse_above


class Throttle(BaseThrottle):
    """Counts per principal, per network for anonymous callers."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._wait: int | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        """Return whether the limit leaves room for one more."""
        who = principal_of(request).subject or network_of(request.META["REMOTE_ADDR"])
        try:
            refuse_above(API_CALLS, who)
        except TooManyAttempts as error:
            self._wait = error.retry_after
            return False
        count(API_CALLS, who)
        return True

    def wait(self) -> float | None:
        """Return the seconds for Retry-After."""
        return self._wait
