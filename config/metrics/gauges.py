"""What is looked up when somebody asks: queues, registries, keys, and how the installation stands.

All of it is of the whole installation, so every process says the same.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.audit_forwarding.lag import standings
from accounts.mail_record import mail_record
from accounts.standing import State, remembered
from config.tasks import waiting_tasks
from config.version import NUMBER
from index.models import Deletion, Notification, Registry, RegistryState
from index.models.notification import NotificationState
from index.registry_health import latest_checks
from index.waiting_work import queues
from search.models import SearchChange, SearchOutbox
from tokenauth.signing.keys import signing_keys

# Name and explanation, then labels; each look yields rows of (name, values of labels, value).
GAUGES: dict[str, tuple[str, tuple[str, ...]]] = {
    "waybill_info": ("The version that answers; always 1.", ("version",)),
    "waybill_waiting": ("Work that is due, by queue.", ("queue",)),
    "waybill_waiting_oldest_seconds": ("For how long the oldest of it is due.", ("queue",)),
    "waybill_notifications_set_aside": ("Notifications in quarantine.", ()),
    "waybill_deletions_unfinished": ("Repositories in the trash or being deleted.", ()),
    "waybill_tasks_waiting": ("Messages to the worker that none has taken yet.", ()),
    "waybill_registry_healthy": ("1 if the last check of a registry found no trouble.", ("registry",)),
    "waybill_registry_answer_seconds": ("How long it took to answer then.", ("registry",)),
    "waybill_registry_checked_seconds": ("For how long it has not been checked.", ("registry",)),
    "waybill_search_waiting": ("Changes that search does not show yet.", ("engine",)),
    "waybill_signing_key_left_seconds": ("How long the key that signs holds still.", ()),
    "waybill_mail_failing": ("1 if the last mail did not go out.", ()),
    "waybill_audit_waiting": ("Events of the audit a collector has not got yet.", ("collector",)),
    "waybill_standing": ("Lines of the page of administrators, by their state.", ("area", "state")),
    "waybill_standing_age_seconds": ("For how long nobody has looked.", ()),
    "waybill_scrape_failed": ("1 where something could not be looked up just now.", ("look",)),
}  # fmt: skip

Row = tuple[str, tuple[str, ...], float]


def gauges() -> Iterator[Row]:
    """Look everything up; what cannot be looked up is said to be so, and hides nothing else."""
    for look in _LOOKS:
        rows: list[Row] = []
        failed = 0.0
        try:
            rows = list(look())
        except Exception:  # noqa: BLE001 - a database that is away is told as a number
            failed = 1.0
        yield from rows
        yield "waybill_scrape_failed", (look.__name__.removeprefix("_"),), failed


def _version() -> Iterator[Row]:
    yield "waybill_info", (NUMBER,), 1.0


def _queues() -> Iterator[Row]:
    now = timezone.now()
    for queue in queues(now):
        count, oldest = queue.look()
        yield "waybill_waiting", (queue.slug,), count
        yield "waybill_waiting_oldest_seconds", (queue.slug,), _since(oldest, now)
    set_aside = Notification.objects.filter(state=NotificationState.QUARANTINED)
    yield "waybill_notifications_set_aside", (), set_aside.count()
    unfinished = Deletion.objects.filter(finished_at=None)
    yield "waybill_deletions_unfinished", (), unfinished.count()


def _broker() -> Iterator[Row]:
    yield "waybill_tasks_waiting", (), float(waiting_tasks())


def _registries() -> Iterator[Row]:
    now = timezone.now()
    registries = Registry.objects.exclude(state=RegistryState.RETIRED).order_by("name")
    checks = latest_checks(registries)
    for registry in registries:
        check = checks.get(registry.pk)
        if check is None:
            continue
        yield "waybill_registry_healthy", (registry.name,), float(check.is_healthy)
        yield "waybill_registry_checked_seconds", (registry.name,), _since(check.at, now)
        if check.milliseconds is not None:
            seconds = check.milliseconds / 1000
            yield "waybill_registry_answer_seconds", (registry.name,), seconds


def _search() -> Iterator[Row]:
    yield "waybill_search_waiting", ("database",), SearchChange.objects.count()
    if settings.OPENSEARCH_URLS:
        yield "waybill_search_waiting", ("opensearch",), SearchOutbox.objects.count()


def _keys() -> Iterator[Row]:
    left = signing_keys.contents().current.end - time.time()
    yield "waybill_signing_key_left_seconds", (), max(0.0, left)


def _mail() -> Iterator[Row]:
    yield "waybill_mail_failing", (), float(mail_record().is_failing)


def _audit() -> Iterator[Row]:
    for standing in standings():
        yield "waybill_audit_waiting", (standing.name,), standing.behind


def _standing() -> Iterator[Row]:
    found = remembered()
    if found is None:
        return
    for area, lines in found.areas.items():
        states = Counter(line.state for line in lines)
        for state in State:
            yield "waybill_standing", (area, str(state)), states[state]
    yield "waybill_standing_age_seconds", (), _since(found.at, timezone.now())


def _since(moment: datetime | None, now: datetime) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


_LOOKS: tuple[Callable[[], Iterator[Row]], ...] = (
    _version, _queues, _broker, _registries, _search, _keys, _mail, _audit, _standing,
)  # fmt: skip
