"""Find audit events of a namespace: the one filter of page, export and REST API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.audit import AuditAction
from accounts.models import AuditEvent, Namespace, User

CSV_HEADER = (
    "at", "action", "actor", "credential", "target", "details", "address", "user_agent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; what is empty matches everything."""

    actor: str = ""
    action: str = ""
    since: date | None = None
    until: date | None = None

    def find(self, namespace: Namespace) -> QuerySet[AuditEvent]:
        """Return the events, newest first."""
        events = AuditEvent.objects.filter(namespace=namespace)
        if self.actor:
            events = events.filter(actor_name=self.actor)
        if self.action:
            events = events.filter(action=self.action)
        if self.since:
            events = events.filter(at__gte=_midnight(self.since))
        if self.until and self.until < date.max:
            events = events.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return events.order_by("-at", "-pk")


def events_of(user: User) -> QuerySet[AuditEvent]:
    """Return what concerns a person and what they did, newest first, for their own eyes.

    That they asked for access is left out: only of repositories that exist is it written down, and
    who asks must not learn which these are (case 24).
    """
    subject = f"user:{user.pk}"
    own = AuditEvent.objects.filter(Q(user=user) | Q(actor=subject))
    return own.exclude(actor=subject, action=AuditAction.REPOSITORY_ACCESS_REQUESTED)


def csv_rows(events: QuerySet[AuditEvent]) -> Iterator[list[str]]:
    """Yield the header and a row for each event."""
    yield list(CSV_HEADER)
    for event in events.iterator(chunk_size=500):
        yield [
            event.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            event.action,
            event.actor_name,
            event.credential,
            event.target,
            describe(event.details),
            event.address,
            event.user_agent,
        ]


def words_of(action: str) -> str:
    """Return an action as people read it: "organization member joined"."""
    return " ".join(action.replace("-", " ").replace("_", " ").split(":"))


def describe(details: dict[str, Any]) -> str:
    """Return details as `name: value, name: value`; what is empty is left out."""
    return ", ".join(f"{name}: {value}" for name, value in details.items() if value != "")


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
