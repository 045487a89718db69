"""A call that shows a command line's session: it stands where a browser's would, and no cookie has it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress

from allauth.usersessions.models import UserSession
from django.contrib.auth import get_user
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from accounts.database_trouble import is_unavailable
from accounts.errors import CredentialEnded
from accounts.models import CommandLineSession, User
from accounts.opaque_tokens import parse_opaque_token
from accounts.principals import Principal, principal_of_command_line

log = logging.getLogger(__name__)
_EVERY = 300  # seconds between two notes of the last use, as for browsers


class CommandLineStore(SessionStore):
    """A session that was shown by its secret."""

    key_salt = SessionStore().key_salt  # Django's has the name of the class in it

    def cycle_key(self) -> None:
        """Keep the key: it is told to nobody, so nobody can have fixed it."""
        self.modified = True


def enter(request: HttpRequest, secret: str) -> Principal:
    """Put the session of this secret in the request's place, and return whose it is.

    Who that is, and whether the password changed since, is asked as of every session. Raises
    CredentialEnded.
    """
    shown = parse_opaque_token(secret, CommandLineSession.PREFIX)
    rows = CommandLineSession.objects.with_kept().select_related("session")
    row = rows.filter(selector=shown.selector).first() if shown else None
    if row is None or shown is None or not shown.matches(row.secret_digest):
        raise _ended()
    request.session = CommandLineStore(row.session.session_key)
    user = get_user(request)
    if not isinstance(user, User):
        raise _ended()
    _note_use(row.session, request.META["REMOTE_ADDR"])
    until = row.until  # type: ignore[attr-defined]  # annotated
    return principal_of_command_line(row, user, until=until)


def give_back(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Keep what a call changed in a command line's session before the browser's middleware looks.

    Else its key would go out as a cookie, and open pages.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        browsers = request.session
        try:
            return get_response(request)
        finally:
            shown = request.session  # a browser that logs in may have got another, which stays
            if isinstance(shown, CommandLineStore):
                request.session = browsers
                if shown.modified and shown.session_key:
                    _keep(shown)

    return middleware


def is_of_command_line(request: HttpRequest) -> bool:
    """Whether a command line's session was shown."""
    return isinstance(request.session, CommandLineStore)


def _keep(session: CommandLineStore) -> None:
    """Save it, unless it ended meanwhile: then it stays so."""
    with suppress(UpdateError):
        session.save()


def _note_use(session: UserSession, address: str) -> None:
    """Note from where and when; a database that takes no writes keeps nobody from reading."""
    if not cache.add(f"session-seen:{session.session_key}", 1, _EVERY):
        return
    try:
        mine = UserSession.objects.filter(pk=session.pk)
        mine.update(ip=address, last_seen_at=timezone.now())
    except DatabaseError as error:
        if not is_unavailable(error):
            raise
        log.warning("a session's last use was not noted: %s", error)


def _ended() -> CredentialEnded:
    return CredentialEnded(
        "the session of this command line has ended: waybill login begins another"
    )
