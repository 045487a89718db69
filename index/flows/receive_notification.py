"""Take notifications out of the inbox in batches: read them, apply their events, or quarantine them.

A batch is one transaction, and its bodies are gone with it: whoever is killed leaves everything as it
was, and of two workers that took the same bodies the second finds none of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import DatabaseError, InterfaceError, OperationalError, transaction
from django.db.models import F
from django.utils import timezone

from index.batches import run_for_rows
from index.errors import RegistryTrouble
from index.flows.apply_registry_event import Applied, Told, apply_events
from index.flows.describe_manifest import describe_manifest
from index.flows.quotas import recount_storage
from index.models import Manifest, Notification, Registry
from index.models.notification import NotificationState
from index.registry_events import EnvelopeUnreadable, read_envelope

log = logging.getLogger(__name__)
BATCH = 2_000  # notifications; where more wait, writers of SQLite wait for one batch: some 70 ms
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_RUN = 60.0  # seconds, then other tasks have their turn
_TAKE = """
DELETE FROM index_notification
WHERE id IN (SELECT CAST(value AS bigint) FROM {texts}) AND state = 'new' RETURNING id
"""
_applying = threading.Lock()  # one thread of a worker is enough, the others have other work


class _Letter(NamedTuple):
    """A notification that was read; `told` is None where that failed, for `problem`."""

    pk: int
    registry: int
    told: list[Told] | None
    problem: str = ""


def apply_inbox() -> list[Manifest]:
    """Apply what lies in the inbox, oldest first; return the manifests that are yet to be described.

    None while another thread of this process is at it.
    """
    if not _applying.acquire(blocking=False):
        return []
    try:
        return _apply_batches(until=time.monotonic() + _LONGEST_RUN)
    finally:
        _applying.release()


def _apply_batches(*, until: float) -> list[Manifest]:
    undescribed: list[Manifest] = []
    while letters := _read_inbox():
        applied = _apply_each(letters)
        for namespace_id in sorted(applied.namespaces):
            recount_storage(namespace_id)
        undescribed += applied.manifests
        if time.monotonic() > until:
            break
    return undescribed


def _read_inbox() -> list[_Letter]:
    """Read the oldest without a lock; whether they are still there is asked when they are applied."""
    rows = Notification.objects.filter(state=NotificationState.NEW).order_by("pk")
    return [_read(*row) for row in rows.values_list("pk", "registry_id", "body")[:BATCH]]


def _read(pk: int, registry: int, body: bytes | memoryview) -> _Letter:
    try:
        events = read_envelope(bytes(body))
    except EnvelopeUnreadable as error:
        return _Letter(pk, registry, None, str(error))
    return _Letter(pk, registry, [(registry, event) for event in events])


def _apply_each(letters: Sequence[_Letter]) -> Applied:
    """Apply all together; if that fails, each alone, so that one spoils nothing for the others."""
    try:
        return _apply_together(letters)
    except (OperationalError, InterfaceError):
        raise  # the database is away or busy, and no letter is to blame
    except Exception as error:
        if len(letters) == 1:
            log.exception("a notification could not be applied and is in quarantine")
            _put_aside(letters[0].pk, f"{type(error).__name__}: {error}")
            return Applied()
    whole = Applied()
    for letter in letters:
        one = _apply_each([letter])
        whole.manifests += one.manifests
        whole.namespaces |= one.namespaces
    return whole


def _apply_together(letters: Sequence[_Letter]) -> Applied:
    with transaction.atomic():
        taken = _take([letter.pk for letter in letters if letter.told is not None])
        for letter in letters:
            if letter.told is None:
                _put_aside(letter.pk, letter.problem)
        mine = [letter for letter in letters if letter.pk in taken]
        applied = apply_events([told for letter in mine for told in letter.told or ()])
        heard = {letter.registry for letter in letters}
        Registry.objects.filter(pk__in=heard).update(last_heard_at=timezone.now())
        return applied


def _take(numbers: Sequence[int]) -> set[int]:
    """Delete them, and return those that nobody else has applied; another worker waits for us here."""
    return {pk for (pk,) in run_for_rows(_TAKE, sorted(numbers))}


def _put_aside(number: int, problem: str) -> None:
    plain = problem.replace("\0", "")[:200]  # PostgreSQL takes no NUL
    Notification.objects.filter(pk=number).update(
        state=NotificationState.QUARANTINED, problem=plain
    )


def describe_if_reachable(manifest: Manifest) -> None:
    """Describe a manifest now; what goes wrong is tried again later, ever more rarely.

    Whatever it is: an image that nobody can read must not keep others from being read.
    """
    try:
        describe_manifest(manifest)
    except Exception as error:
        if isinstance(error, (RegistryTrouble, DatabaseError)):
            log.warning("manifest %s is not described yet: %s", manifest.digest, error)
        else:
            log.exception("manifest %s cannot be described", manifest.digest)
        pause = min(timedelta(seconds=5 * 2 ** min(manifest.describe_attempts, 12)), _LONGEST_PAUSE)
        Manifest.objects.filter(pk=manifest.pk).update(
            describe_attempts=F("describe_attempts") + 1,
            describe_after=timezone.now() + pause,
        )
