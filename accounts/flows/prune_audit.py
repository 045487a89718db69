"""Delete what the audit has kept for long enough, where the operator says how long that is."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.audit_forwarding.sending import everybody_has
from accounts.models import AuditEvent
from accounts.principals import ANONYMOUS

_BATCH = 5000


def prune_audit() -> int:
    """Delete events that are older, oldest first, and leave a line for each 5,000 that says how many.

    What a collector does not have yet stays. Without `WAYBILL_AUDIT_DAYS` everything is kept.
    """
    if settings.AUDIT_DAYS is None:
        return 0
    until = timezone.now() - timedelta(days=settings.AUDIT_DAYS)
    old = AuditEvent.objects.filter(at__lt=until)
    forwarded = everybody_has()
    if forwarded is not None:
        old = old.filter(pk__lte=forwarded)
    number = 0
    while batch := list(old.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            AuditEvent.objects.filter(pk__in=batch).forget_for_good()
            _leave_a_line(len(batch), until)
        number += len(batch)
    return number


def _leave_a_line(number: int, until: datetime) -> None:
    """Write it in the same transaction, so that no deletion goes without."""
    older_than = until.isoformat(timespec="seconds")
    record(
        AuditAction.AUDIT_PRUNED,
        by=ANONYMOUS,
        target="audit",
        deleted=number,
        older_than=older_than,
    )
