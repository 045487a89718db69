"""What flows share that change the site itself: who may, and how it is written down."""

from __future__ import annotations

from typing import Any

from accounts.audit import AuditAction, record
from accounts.principals import ANONYMOUS, Principal
from index.errors import Denied


def check_operator(by: Principal | None, what: str) -> None:
    """Raise Denied unless it is an administrator, or None: whoever may run commands on this machine."""
    if by is not None and not by.is_administrator:
        message = f"'{by.name}' may not change {what}: administrators of this site do"
        raise Denied(message)


def record_by_operator(
    action: AuditAction, target: str, *, by: Principal | None, **details: Any
) -> None:
    """Write an event; of a command it is known only that it was one."""
    if by is None:
        details["via"] = "command line"
    record(action, by=by or ANONYMOUS, target=target, **details)
