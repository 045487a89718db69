"""Find audit events of a namespace: the one filter of page, export and REST API."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.audit import AuditAction
from accounts.cursors import Cursor, behind
from accounts.models import AuditEvent, Namespace, User

PAGE_SIZE = 50
CSV_HEADER = (
    "at", "action", "actor", "credential", "target", "details", "address", "user_agent",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What to look for; what is empty matches everything."""

    actor: str = ""
    action: str = ""  # with a colon at the end, all that begin so
    since: date | None = None
    until: date | None = None
    target: str = ""
    address: str = ""
    namespace: str = ""  # for who sees more than one

    def find(self, namespace: Namespace) -> QuerySet[AuditEvent]:
        """Return the events of a namespace, newest first."""
        return self._narrow(AuditEvent.objects.filter(namespace=namespace))

    def find_everywhere(self) -> QuerySet[AuditEvent]:
        """Return the events of the whole site, newest first: for administrators."""
        return self._narrow(AuditEvent.objects.select_related("namespace"))

    def find_of(
        self, namespace: Namespace, targets: Iterable[str], since: datetime
    ) -> QuerySet[AuditEvent]:
        """Return the events about these targets in a namespace since then, newest first."""
        about = AuditEvent.objects.filter(target__in=list(targets), namespace=namespace)
        return self._narrow(about.filter(at__gte=since))

    def _narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        exactly = {
            "actor_name": self.actor,
            "target": self.target,
            "address": self.address,
            "namespace__name": self.namespace,
        }
        events = events.filter(**{name: text for name, text in exactly.items() if text})
        if self.action:
            events = events.filter(action__in=_actions(self.action))
        if self.since:
            events = events.filter(at__gte=_midnight(self.since))
        if self.until and self.until < date.max:
            events = events.filter(at__lt=_midnight(self.until + timedelta(days=1)))
        return events.order_by("-at", "-pk")


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, and where the next page begins; empty at the end."""

    events: list[AuditEvent]
    before: str


def page_of(events: QuerySet[AuditEvent], before: Cursor | None) -> AuditPage:
    """Return a page of them; as quick behind a million events as before the first."""
    found = list(behind(events, before)[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    more = len(found) > PAGE_SIZE
    return AuditPage(shown, str(Cursor(shown[-1].at, shown[-1].pk)) if more else "")


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


def json_lines(events: QuerySet[AuditEvent]) -> Iterator[str]:
    """Yield each event as a line of JSON."""
    for event in events.iterator(chunk_size=500):
        yield f"{as_json(event)}\n"


def as_json(event: AuditEvent) -> str:
    """Return an event as it leaves this site: one object, in ASCII, on one line."""
    return json.dumps(
        {
            "id": event.pk,
            "at": event.at.astimezone(UTC).isoformat(timespec="milliseconds"),
            "action": event.action,
            "actor": event.actor,
            "actor_name": event.actor_name,
            "credential": event.credential,
            "namespace": event.namespace_id and str(event.namespace),
            "target": event.target,
            "details": event.details,
            "address": event.address,
            "user_agent": event.user_agent,
        }
    )


def describe(details: dict[str, Any]) -> str:
    """Return details as `name: value, name: value`; what is empty is left out."""
    return ", ".join(f"{name}: {value}" for name, value in details.items() if value != "")


def _actions(wanted: str) -> list[str]:
    """Return the actions that are meant: `robot:` is every one of robots."""
    if not wanted.endswith(":"):
        return [wanted]
    return [action.value for action in AuditAction if action.value[: len(wanted)] == wanted]


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)
