"""One limit for all calls of a principal, told in the fields of draft-ietf-httpapi-ratelimit-headers."""

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
            view.told_of_limit = _told(left=0, wait=error.retry_after)
            return False
        view.told_of_limit = _told(left=max(0, API_CALLS.events - count(API_CALLS, who)))
        return True

    def wait(self) -> float | None:
        """Return the seconds for Retry-After."""
        return self._wait


def _told(*, left: int, wait: int | None = None) -> dict[str, str]:
    """Return the headers; when the window ends is known of one that is used up alone."""
    name = f'"{API_CALLS.name}"'
    return {
        "RateLimit-Policy": f"{name};q={API_CALLS.events};w={API_CALLS.seconds}",
        "RateLimit": f"{name};r={left}" + (f";t={wait}" if wait else ""),
    }
