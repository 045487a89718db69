"""Who has just changed something at a page finds it there: meanwhile no replica is asked for them."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponseBase

from accounts.replicas import has_written

_SAFE = {"GET", "HEAD", "OPTIONS"}
_MARGIN = 2  # seconds, for the second that a look at a replica holds


def own_writes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Leave a cookie behind that the browser forgets when every replica has what was written.

    It says nothing but that it is there: whoever forges it asks the primary.
    """
    if not settings.REPLICAS:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        token = has_written.set(settings.WRITTEN_COOKIE_NAME in request.COOKIES)
        try:
            response = get_response(request)
        finally:
            has_written.reset(token)
        if request.method not in _SAFE and settings.SESSION_COOKIE_NAME in request.COOKIES:
            response.set_cookie(
                settings.WRITTEN_COOKIE_NAME,
                "1",
                max_age=settings.REPLICA_SECONDS + _MARGIN,
                secure=settings.SESSION_COOKIE_SECURE,
                httponly=True,
                samesite="Lax",
            )
        return response

    return middleware
