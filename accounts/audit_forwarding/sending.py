"""Forward what is new: a batch after the other, and only then the position."""

from __future__ import annotations

import logging
import time
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from accounts.audit_forwarding.targets import NotForwarded, Target, configured_targets
from accounts.models import AuditEvent, AuditForwarding

log = logging.getLogger(__name__)
_BATCH = 500
_BUDGET = 30.0  # seconds
_LEASE = timedelta(minutes=3)  # longer than any batch takes, so the order is kept
# A number that is missing may belong to a transaction that has not ended; none lasts so long.
_GAP_PATIENCE = timedelta(minutes=1)


def forward() -> None:
    """Forward to every collector, each from where it stands."""
    for target in configured_targets():
        forward_to(target)


def forward_to(target: Target) -> None:
    """Send batches until nothing is left or the time is up; whoever holds the lease does."""
    held, _ = AuditForwarding.objects.get_or_create(
        target=target.name, defaults={"position": _beginning()}
    )
    mine = AuditForwarding.objects.filter(pk=held.pk)
    free = mine.filter(Q(busy_until=None) | Q(busy_until__lte=timezone.now()))
    if not free.update(busy_until=timezone.now() + _LEASE):
        return
    held.refresh_from_db()
    try:
        _send_all(target, held)
    except NotForwarded as trouble:
        log.warning("the audit was not forwarded by %s: %s", target.name, trouble)
        mine.filter(failed_at=None).update(failed_at=timezone.now())
        mine.update(last_problem=str(trouble))
    finally:
        mine.update(busy_until=None)


def next_batch(position: int) -> list[AuditEvent]:
    """Return what follows: up to the first gap that may still be filled by a running transaction."""
    rows = AuditEvent.objects.select_related("namespace").filter(pk__gt=position).order_by("pk")
    batch: list[AuditEvent] = []
    settled = timezone.now() - _GAP_PATIENCE
    for event in rows[:_BATCH]:
        if event.pk != position + 1 and event.at > settled:
            break
        batch.append(event)
        position = event.pk
    return batch


def _beginning() -> int:
    """Return the place before the first event there is: a new collector gets all of them."""
    first = AuditEvent.objects.order_by("pk").values_list("pk", flat=True).first()
    return first - 1 if first else 0


def _send_all(target: Target, held: AuditForwarding) -> None:
    ends_at = time.monotonic() + _BUDGET
    position = held.position
    while time.monotonic() < ends_at and (batch := next_batch(position)):
        target.send(batch)
        position = batch[-1].pk
        AuditForwarding.objects.filter(pk=held.pk).update(
            position=position,
            sent_at=timezone.now(),
            failed_at=None,
            last_problem="",
            busy_until=timezone.now() + _LEASE,
        )


def everybody_has() -> int | None:
    """Return the number of the last event that every collector has; None without a collector."""
    names = [target.name for target in configured_targets()]
    if not names:
        return None
    rows = AuditForwarding.objects.filter(target__in=names)
    known = {row.target: row.position for row in rows}
    return min(known.get(name, 0) for name in names)
