"""The docker logins of a person: list them, end one."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.models import User
from accounts.principals import Principal
from index.subjects import proves
from tokenauth.models import RefreshToken


def principal_of_machine(machine: RefreshToken) -> Principal:
    """Return whose login it is; what it proves ends with it."""
    until = min(machine.expires_at, machine.idle_expires_at)
    return Principal(machine.user, credential=f"machine:{machine.pk}", until=until)


@proves("user", "machine")
def _user_by_machine(number: int, machine_number: int) -> Principal | None:
    usable = RefreshToken.objects.usable().select_related("user")
    machine = usable.filter(pk=machine_number, user=number, user__is_active=True).first()
    return principal_of_machine(machine) if machine else None


def machines_of(user: User) -> list[RefreshToken]:
    """Return the logins that still hold, the last used first."""
    return list(RefreshToken.objects.usable().filter(user=user).order_by("-last_used_at", "-pk"))


def end_machine(machine: RefreshToken, *, by: Principal) -> None:
    """End one login: docker on that machine has to log in again."""
    with transaction.atomic():
        ended = RefreshToken.objects.filter(pk=machine.pk, revoked_at=None)
        if ended.update(revoked_at=timezone.now()):
            record(
                AuditAction.MACHINE_ENDED,
                by=by,
                user=machine.user,
                target=machine.user_agent or machine.client_id,
            )
