"""Take notifications out of the inbox in batches: read them, apply their events, or quarantine them.

A batch is one transaction, and its bodies are gone with it: whoever is killed leaves everything as it
was, and of two workers that took the same bodies the second finds none of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import accumulate
from typing import NamedTuple

from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import metrics
from accounts.database_trouble import is_unavailable
from accounts.statements import run
from index.batches import do_not_wait_for_the_disk, run_for_rows
from index.errors import RegistryTrouble
from index.flows.apply_registry_event import Applied, Told, apply_events
from index.flows.describe_manifest import describe_manifest
from index.flows.quotas import recount_storage
from index.models import Manifest, Notification, Registry
from index.models.notification import NotificationState
from index.registry_events import EnvelopeUnreadable, Event, read_envelope

log = logging.getLogger(__name__)
# Pulls of one transaction, where so many wait: the more, the fewer writes for each. All writers of
# SQLite wait for one batch, some 150 ms; in PostgreSQL those of the same repositories alone, half a second.
BATCH = {"sqlite": 5_000, "postgresql": 10_000}
_AS_DEAR_AS_PULLS = 10  # what else is told has rows of its own to write
_MOST_BYTES = 32 * 1024 * 1024  # of bodies, which may have 1 MiB each
_LONGEST_PAUSE = timedelta(hours=1)
_LONGEST_RUN = 60.0  # seconds, then other tasks have their turn
# So many numbers from the first on: PostgreSQL may sort whatever the condition leaves, and without
# fresh statistics it does, for each batch all that wait.
_LENGTHS = """
SELECT id, LENGTH(body) FROM index_notification
WHERE state = 'new' AND id >= (SELECT MIN(id) FROM index_notification WHERE state = 'new' AND id > :after)
  AND id < (SELECT MIN(id) FROM index_notification WHERE state = 'new' AND id > :after) + :most
ORDER BY id
"""
_READ = """
SELECT id, registry_id, body FROM index_notification
WHERE state = 'new' AND id BETWEEN :first AND :last ORDER BY id
"""
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
    letters = _read_inbox(after=0)
    with ThreadPoolExecutor(1) as reader:
        while letters:
            last = letters[-1].pk
            is_flood = len(letters) >= BATCH[connection.vendor] // 2
            ahead = reader.submit(_read_ahead, after=last) if is_flood else None
            applied = _apply_each(letters)
            for namespace_id in sorted(applied.namespaces):
                recount_storage(namespace_id)
            undescribed += applied.manifests
            if time.monotonic() > until:
                break
            letters = ahead.result() if ahead else _read_inbox(after=last)
    return undescribed


def _read_ahead(*, after: int) -> list[_Letter]:
    """Read the next in another thread: a third of the work, done while the database has the rest."""
    try:
        return _read_inbox(after=after)
    finally:
        connection.close()


def _read_inbox(*, after: int) -> list[_Letter]:
    """Read the oldest without a lock; whether they are still there is asked when they are applied.

    What was applied before in this run is passed over by its number: PostgreSQL would step over each
    deleted row again. A number that is committed out of turn is found by the next run.
    """
    most = BATCH[connection.vendor]
    lengths = run(_LENGTHS, {"after": after, "most": most})
    if not lengths:
        return []
    span = {"first": lengths[0][0], "last": _last_that_fits(lengths)}
    letters: list[_Letter] = []
    cost = 0
    for row in run(_READ, span, binary=True):
        letters.append(_read(*row))
        cost += sum(_cost(event) for _, event in letters[-1].told or ())
        if cost >= most:
            break
    return letters


def _last_that_fits(lengths: Sequence[tuple[int, int]]) -> int:
    """Return the last number up to which the bodies fit into memory; one always does."""
    fits = [so_far <= _MOST_BYTES for so_far in accumulate(length for _, length in lengths)]
    return lengths[max(fits.count(True), 1) - 1][0]


def _cost(event: Event) -> int:
    return 1 if event.action == "pull" else _AS_DEAR_AS_PULLS


def _read(pk: int, registry: int, body: bytes) -> _Letter:
    try:
        events = read_envelope(body)
    except EnvelopeUnreadable as error:
        return _Letter(pk, registry, None, str(error))
    return _Letter(pk, registry, [(registry, event) for event in events])


def _apply_each(letters: Sequence[_Letter]) -> Applied:
    """Apply all together; if that fails, each alone, so that one spoils nothing for the others."""
    try:
        return _apply_together(letters)
    except Exception as error:
        if is_unavailable(error):
            raise  # no letter is to blame
        if len(letters) == 1:
            log.exception("a notification could not be applied and is in quarantine")
            _put_aside(letters[0].pk, f"{type(error).__name__}: {error}")
            metrics.EVENTS_SET_ASIDE.add()
            return Applied()
    whole = Applied()
    for letter in letters:
        one = _apply_each([letter])
        whole.manifests += one.manifests
        whole.namespaces |= one.namespaces
    return whole


def _apply_together(letters: Sequence[_Letter]) -> Applied:
    with transaction.atomic():
        do_not_wait_for_the_disk()
        taken = _take([letter.pk for letter in letters if letter.told is not None])
        for letter in letters:
            if letter.told is None:
                _put_aside(letter.pk, letter.problem)
        mine = [letter for letter in letters if letter.pk in taken]
        applied = apply_events([told for letter in mine for told in letter.told or ()])
        heard = {letter.registry for letter in letters}
        Registry.objects.filter(pk__in=heard).update(last_heard_at=timezone.now())
    metrics.EVENTS_APPLIED.add(by=len(mine))
    if unread := sum(letter.told is None for letter in letters):
        metrics.EVENTS_SET_ASIDE.add(by=unread)
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
