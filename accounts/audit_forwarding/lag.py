"""How far collectors are behind, for the page of administrators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from accounts.audit_forwarding.targets import configured_targets
from accounts.models import AuditEvent, AuditForwarding

_COUNTED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """One collector."""

    name: str
    behind: int  # events that wait, at most so many are counted
    oldest_at: datetime | None
    forwarding: AuditForwarding

    @property
    def is_counted_out(self) -> bool:
        """Whether there are more than were counted."""
        return self.behind >= _COUNTED


def standings() -> list[Standing]:
    """Return where each collector stands."""
    return [_standing(target.name) for target in configured_targets()]


def _standing(name: str) -> Standing:
    forwarding = AuditForwarding.objects.filter(target=name).first() or AuditForwarding(target=name)
    waiting = AuditEvent.objects.filter(pk__gt=forwarding.position).order_by("pk")
    oldest = waiting.values_list("at", flat=True).first()
    return Standing(name, waiting[:_COUNTED].count(), oldest, forwarding)
