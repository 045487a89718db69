"""Sessions in the database as Django keeps them, found by a statement that is compiled once.

Each page of somebody who is logged in begins with it.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from accounts.prepared import prepared


class SessionStore(db.SessionStore):
    """One session."""

    def _get_session_from_db(self) -> Session | None:
        key = self.session_key or ""
        found: list[Session] = prepared(_session, key=key, now=timezone.now()).rows()
        if found:
            return found[0]
        self._session_key = None
        return None


def _session(*, key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)
