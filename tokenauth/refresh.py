"""Refresh tokens: issue, use, revoke."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import origin
from accounts.errors import SecondFactorRequired
from accounts.models import User
from accounts.opaque_tokens import OpaqueToken, make_opaque_token
from accounts.principals import Principal
from accounts.second_factor import check_password_suffices
from tokenauth.errors import InvalidGrant, LoginEnded
from tokenauth.machines import principal_of_machine
from tokenauth.models import RefreshToken

PREFIX = "wbr"
LOGINS_AT_MOST = 200  # of one person; a cluster is better off with a robot account
_TOUCH_EVERY = timedelta(hours=1)  # last use is kept to the hour: no write in most requests


class NewLogin(NamedTuple):
    """A docker login, and what its machine gets to see once."""

    machine: RefreshToken
    value: str

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"NewLogin({self.machine})"


def issue_refresh_token(user: User, *, service: str, client_id: str, address: str) -> NewLogin:
    """Return a new refresh token; only its digest is kept. Above 200 the least used login ends.

    `user` is as it was when the password was checked. Raises InvalidGrant if that was changed, or
    the account disabled, meanwhile: a token made after the others ended would outlive them.
    """
    token = make_opaque_token(PREFIX)
    now = timezone.now()
    with transaction.atomic():
        held = User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if held.password != user.password or not held.is_active:
            message = "the password was changed a moment ago: log in again"
            raise InvalidGrant(message)
        machine = RefreshToken.objects.create(
            selector=token.selector,
            secret_digest=token.digest,
            user=held,
            service=service,
            client_id=client_id,
            address=address,
            user_agent=origin.get().user_agent[:200],
            expires_at=now + timedelta(days=settings.REFRESH_TOKEN_LIFETIME_DAYS),
            idle_expires_at=now + timedelta(days=settings.REFRESH_TOKEN_IDLE_DAYS),
        )
        _end_beyond_the_most(held)
    return NewLogin(machine, token.value)


def accept_machine(row: RefreshToken | None, shown: OpaqueToken, *, needs_token: bool) -> Principal:
    """Return whose usable login the row is; raise InvalidGrant.

    It stands for a password, so it ends to count where a password alone does: once two factors are
    set up or demanded (`needs_token`).
    """
    if row is None or not shown.matches(row.secret_digest):
        raise login_ended()
    if needs_token:
        try:
            check_password_suffices(row.user)
        except SecondFactorRequired as error:
            raise InvalidGrant(str(error)) from error
    now = timezone.now()
    if now - row.last_used_at > _TOUCH_EVERY:
        row.idle_expires_at = now + timedelta(days=settings.REFRESH_TOKEN_IDLE_DAYS)
        mine = RefreshToken.objects.filter(pk=row.pk)
        mine.update(last_used_at=now, idle_expires_at=row.idle_expires_at)
    return principal_of_machine(row)


def login_ended() -> InvalidGrant:
    """Return the refusal of what is no login, or none any more, or for another service."""
    message = f"this login has ended: run docker login {settings.PUBLIC_HOST} again"
    return LoginEnded(message)


def revoke_all_of(user: User) -> None:
    """End every machine's login of this user."""
    RefreshToken.objects.filter(user=user, revoked_at=None).update(revoked_at=timezone.now())


def _end_beyond_the_most(user: User) -> None:
    """End the least recently used logins; the user's row is locked, so none comes beside them."""
    usable = RefreshToken.objects.usable().filter(user=user).order_by("-last_used_at", "-pk")
    beyond = list(usable.values_list("pk", flat=True)[LOGINS_AT_MOST:])
    if beyond:
        RefreshToken.objects.filter(pk__in=beyond).update(revoked_at=timezone.now())
