"""Who changed what, from where: the only writer of audit events, called inside the flow's transaction."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from accounts.models import AuditEvent, Namespace, User
from accounts.principals import Principal


class AuditAction(StrEnum):
    """Every kind of change that is written down: `subject:thing:verb`."""

    ACCOUNT_CREATED = "account:created"
    ORGANIZATION_CREATED = "organization:created"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request came from."""

    address: str = ""
    user_agent: str = ""


# Set for each request by config.middleware.request_origin; empty in tasks and commands.
_NOWHERE = Origin()
origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


def record(
    action: AuditAction,
    *,
    by: Principal,
    namespace: Namespace | None = None,
    user: User | None = None,
    target: str = "",
    **details: Any,
) -> None:
    """Write one event.

    `namespace` and `user` are whose affairs it is: owners of the one and the other may read it.
    `details` are names of fields and plain values, never a secret (GHSA-prh4).
    """
    came_from = origin.get()
    AuditEvent.objects.create(
        action=action,
        actor=by.subject,
        actor_name=by.name,
        credential=by.credential,
        namespace=namespace,
        user=user,
        target=target,
        details=details,
        address=came_from.address,
        user_agent=came_from.user_agent[:200],
    )
