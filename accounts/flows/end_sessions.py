"""End sessions of browsers, and with them every docker login where all are to end."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from accounts.audit import AuditAction, record
from accounts.models import User
from accounts.openid.claims import PROVED_ELSEWHERE
from accounts.principals import Principal
from accounts.second_factor import forget_browsers
from accounts.signals import machines_logged_out


def open_sessions(user: User) -> list[UserSession]:
    """Return the browsers and command lines that are logged in, the last seen first, and forget those that are not any more.

    allauth asks three times for each of them; this asks twice for all.
    """
    mine = UserSession.objects.filter(user=user).select_related("command_line")
    rows = list(mine.order_by("-last_seen_at", "-pk"))
    keys = [row.session_key for row in rows]
    kept = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    alive = {one.session_key for one in kept if is_of(user, one.session_data)}
    if ended := [row.pk for row in rows if row.session_key not in alive]:
        UserSession.objects.filter(pk__in=ended).delete()
    return [row for row in rows if row.session_key in alive]


def hold(sessions: QuerySet[UserSession]) -> Session | None:
    """Return what is kept of the session, held until the commit; None where that has ended.

    The one order of locks, which is allauth's: the person, what is kept of their session, the rows
    that refer to it. So who means to hold one of those asks for this before.
    """
    keys = sessions.values("session_key")
    return Session.objects.select_for_update().filter(session_key__in=keys).first()


def end_session(session: UserSession, *, by: Principal) -> None:
    """End one browser's session: its next request is a stranger's."""
    with transaction.atomic():
        user = session.user
        record(AuditAction.SESSION_ENDED, by=by, user=user, target=session.user_agent[:200])
        session.end()


def is_of(user: User, session_data: str | None) -> bool:
    """Whether what is kept of a session logs this person in: the password may have changed since."""
    kept: dict[str, Any] = SessionStore().decode(session_data) if session_data else {}
    if kept.get(SESSION_KEY) != str(user.pk):
        return False
    mark = str(kept.get(HASH_SESSION_KEY, ""))
    known = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    return any(constant_time_compare(mark, one) for one in known)


def proved_elsewhere(session_data: str) -> bool:
    """Whether a second factor was shown at the provider that logged this session in."""
    return PROVED_ELSEWHERE in SessionStore().decode(session_data)


def log_out_everywhere(user: User, *, by: Principal, keep: str = "", reason: str = "") -> int:
    """End every session but the one of key `keep`, and every docker login; return the sessions.

    No browser is remembered any more: each asks for the second factor again.
    """
    with transaction.atomic():
        # What is being approved for a command line by one of these sessions is found, or not done.
        User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
        sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep or None))
        for session in sessions:
            session.end()
        forget_browsers(user)
        machines_logged_out.send(sender=User, user=user)
        why: dict[str, Any] = {"reason": reason} if reason else {}
        record(AuditAction.LOGGED_OUT_EVERYWHERE, by=by, user=user, sessions=len(sessions), **why)
    return len(sessions)
