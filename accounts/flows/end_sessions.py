"""End sessions of browsers, and with them every docker login where all are to end."""

from __future__ import annotations

from typing import Any

from allauth.usersessions.models import UserSession
from django.db import transaction

from accounts.audit import AuditAction, record
from accounts.models import User
from accounts.principals import Principal
from accounts.second_factor import forget_browsers
from accounts.signals import machines_logged_out


def end_session(session: UserSession, *, by: Principal) -> None:
    """End one browser's session: its next request is a stranger's."""
    with transaction.atomic():
        user = session.user
        record(AuditAction.SESSION_ENDED, by=by, user=user, target=session.user_agent[:200])
        session.end()


def log_out_everywhere(user: User, *, by: Principal, keep: str = "", reason: str = "") -> int:
    """End every session but the one of key `keep`, and every docker login; return the sessions.

    No browser is remembered any more: each asks for the second factor again.
    """
    with transaction.atomic():
        sessions = list(UserSession.objects.filter(user=user).exclude(session_key=keep or None))
        for session in sessions:
            session.end()
        forget_browsers(user)
        machines_logged_out.send(sender=User, user=user)
        why: dict[str, Any] = {"reason": reason} if reason else {}
        record(AuditAction.LOGGED_OUT_EVERYWHERE, by=by, user=user, sessions=len(sessions), **why)
    return len(sessions)
