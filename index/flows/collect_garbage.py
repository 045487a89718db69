"""A registry's own garbage collection: when it is due, who may push meanwhile (nobody), what it freed.

The index cannot run it: a program on the registry's host does (`deploy/collect-garbage.sh`), which
asks whether it may begin, says every minute that it is still at it, and reports in the end. While it
runs pushes are held; a run that dies holds them for ten minutes more at the most.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction
from accounts.principals import Principal
from index.errors import RegistryInUse, RegistryRefused
from index.flows.operate import check_operator, record_by_operator
from index.models import CollectionState, GarbageCollection, Registry, RegistryState

HELD_FOR = timedelta(minutes=10)  # from each sign of life of the run
LONGEST_RUN = timedelta(hours=6)
_LATE = timedelta(hours=6)  # beat was away when it was due: still better late than next week
_LARGEST_NUMBER = 2**31 - 1
_LARGEST_SIZE = 2**63 - 1
_SILENT = "its host said nothing for ten minutes, so pushes were let in again"


@dataclass(frozen=True, slots=True)
class CollectionReport:
    """What the host says in the end: sizes in bytes of its storage, None where it cannot know."""

    bytes_before: int | None = None
    bytes_after: int | None = None
    blobs_deleted: int | None = None
    problem: str = ""


def schedule_collection(
    registry: Registry, *, day: int | None, hour: int, by: Principal | None
) -> None:
    """Let it be due each week on a day (Monday is 0) at an hour, UTC; never without a day.

    Raises Denied or RegistryRefused.
    """
    check_operator(by, "registries")
    if not (day is None or 0 <= day <= 6) or not 0 <= hour <= 23:
        message = _("A day is a number from 0, Monday, to 6, and an hour one from 0 to 23.")
        raise RegistryRefused(message, field="hour")
    with transaction.atomic():
        Registry.objects.filter(pk=registry.pk).update(collects_on_day=day, collects_at_hour=hour)
        action = AuditAction.COLLECTION_SCHEDULED
        record_by_operator(action, registry.name, by=by, day=day, hour=hour)
    registry.refresh_from_db()


def ask_for_collection(registry: Registry, *, by: Principal | None) -> GarbageCollection:
    """Let it be due now: the host begins when it asks next. Raises Denied or RegistryInUse."""
    check_operator(by, "registries")
    try:
        with transaction.atomic():
            collection = GarbageCollection.objects.create(registry=registry)
            record_by_operator(AuditAction.COLLECTION_ASKED, registry.name, by=by)
    except IntegrityError as error:
        message = _("A garbage collection of %(registry)s is due or runs already.") % {
            "registry": registry
        }
        raise RegistryInUse(message) from error
    return collection


def begin_collection(registry: Registry) -> GarbageCollection | None:
    """Start what is due and hold pushes; None where nothing is."""
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        collection = locked.collections.filter(state=CollectionState.WAITING).first()
        if collection is None or locked.state == RegistryState.RETIRED:
            return None
        now = timezone.now()
        collection.state, collection.started_at = CollectionState.RUNNING, now
        collection.save(update_fields=["state", "started_at"])
        _hold(locked, until=now + HELD_FOR)
    return collection


def keep_collecting(registry: Registry) -> bool:
    """Hold pushes for longer; False where the run is to stop: too long, or pushes came meanwhile."""
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        collection, now = _running(locked), timezone.now()
        if collection is None or collection.started_at is None:
            return False
        end = collection.started_at + LONGEST_RUN
        held_until = locked.writes_held_until
        if now >= end or held_until is None or held_until <= now:
            return False
        _hold(locked, until=min(now + HELD_FOR, end))
    return True


def finish_collection(registry: Registry, report: CollectionReport) -> bool:
    """Keep the report and let pushes in again; False where none runs. Raises RegistryRefused."""
    _check(report)
    with transaction.atomic():
        locked = Registry.objects.select_for_update().get(pk=registry.pk)
        collection = _running(locked)
        if collection is None:
            return False
        collection.bytes_before, collection.bytes_after = report.bytes_before, report.bytes_after
        collection.blobs_deleted = report.blobs_deleted
        _end(collection, locked, report.problem)
    return True


def make_collections_due() -> None:
    """Note which registries' hour has come."""
    now = timezone.now()
    scheduled = Registry.objects.exclude(collects_on_day=None)
    for registry in scheduled.exclude(state=RegistryState.RETIRED):
        due_at = _last_due(registry, now)
        is_late = now - due_at >= _LATE
        if is_late or registry.collections.filter(due_at__gte=due_at).exists():
            continue
        unfinished = (CollectionState.WAITING, CollectionState.RUNNING)
        if not registry.collections.filter(state__in=unfinished).exists():
            GarbageCollection.objects.create(registry=registry, due_at=due_at)


def end_silent_collections() -> None:
    """Call failed what nothing was heard of; its hold has ended by itself."""
    running = GarbageCollection.objects.filter(state=CollectionState.RUNNING)
    for collection in running.filter(registry__writes_held_until__lte=timezone.now()):
        with transaction.atomic():
            locked = Registry.objects.select_for_update().get(pk=collection.registry_id)
            still = _running(locked)
            held_until = locked.writes_held_until
            if still and (held_until is None or held_until <= timezone.now()):
                _end(still, locked, _SILENT)


def next_collection(registry: Registry) -> datetime | None:
    """Return when it is due by its schedule."""
    if registry.collects_on_day is None:
        return None
    return _last_due(registry, timezone.now()) + timedelta(days=7)


def _last_due(registry: Registry, now: datetime) -> datetime:
    assert registry.collects_on_day is not None  # noqa: S101 - callers look
    hour = now.replace(hour=registry.collects_at_hour, minute=0, second=0, microsecond=0)
    due_at = hour - timedelta(days=(now.weekday() - registry.collects_on_day) % 7)
    return due_at if due_at <= now else due_at - timedelta(days=7)


def _running(registry: Registry) -> GarbageCollection | None:
    return registry.collections.filter(state=CollectionState.RUNNING).first()


def _hold(registry: Registry, *, until: datetime | None) -> None:
    registry.writes_held_until = until
    registry.save(update_fields=["writes_held_until"])


def _end(collection: GarbageCollection, registry: Registry, problem: str) -> None:
    collection.state = CollectionState.FAILED if problem else CollectionState.DONE
    collection.problem, collection.finished_at = problem, timezone.now()
    collection.save()
    _hold(registry, until=None)


def _check(report: CollectionReport) -> None:
    sizes = (report.bytes_before, report.bytes_after)
    is_fine = all(size is None or 0 <= size <= _LARGEST_SIZE for size in sizes)
    count = report.blobs_deleted
    if not is_fine or not (count is None or 0 <= count <= _LARGEST_NUMBER):
        message = _("Sizes and counts are numbers from 0 up.")
        raise RegistryRefused(message)
    if len(report.problem) > 200 or not report.problem.isprintable():
        message = _("A problem is one line of at most 200 characters.")
        raise RegistryRefused(message, field="problem")
