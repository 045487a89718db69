"""How far the audit log has been forwarded to collectors of the operator."""

from __future__ import annotations

from django.db import models


class AuditForwarding(models.Model):
    """One collector: everything up to `position` has arrived there, in order, at least once."""

    target = models.CharField(max_length=10, unique=True)  # "syslog" or "http"
    position = models.BigIntegerField(default=0)  # the last event's id
    busy_until = models.DateTimeField(null=True)  # one sender at a time, for the order
    sent_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)  # since then; empty while it works
    last_problem = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """Return where it stands."""
        return f"{self.target} at {self.position}"
