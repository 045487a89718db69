"""Remember which browser a session belongs to, and when it was last seen."""

from __future__ import annotations

import logging
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase

from accounts.database_trouble import is_unavailable

log = logging.getLogger(__name__)
_EVERY = 300  # seconds; a write at each request would cost more than the page


def session_activity(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Note address, browser and time, at most every five minutes."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            key = f"session-seen:{request.session.session_key}"
            if cache.add(key, 1, _EVERY):
                _note(request)
        return get_response(request)

    return middleware


def _note(request: HttpRequest) -> None:
    """Write it down; a database that takes no writes keeps nobody from reading."""
    try:
        UserSession.objects.create_from_request(request)
    except DatabaseError as error:
        if not is_unavailable(error):
            raise
        log.warning("a session's last use was not noted: %s", error)
