"""Log in a command line by a browser: the device authorization of RFC 8628, with sessions of ours.

A command line asks, and gets a secret to poll with and a code to show. A person looks at the code on a
page, and approves: that begins a session like a browser's, with what their own has proven. Whoever has
the secret fetches, once, what opens that session.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase, UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.audit import AuditAction, record
from accounts.errors import (
    AccessDenied,
    AuthorizationPending,
    ExpiredToken,
    LimitReached,
    SlowDown,
    TooManyAttempts,
)
from accounts.flows.end_sessions import hold
from accounts.mails import send_after_commit
from accounts.models import CommandLineSession, DeviceLogin, User
from accounts.opaque_tokens import make_opaque_token, parse_opaque_token
from accounts.openid.claims import PROVED_ELSEWHERE
from accounts.principals import Principal
from accounts.profile_text import check_line
from accounts.ratelimits import (
    DEVICE_GUESSES,
    DEVICE_LOGINS,
    count,
    network_of,
    refuse_above,
    spend,
)

GOOD_FOR = timedelta(minutes=10)
INTERVAL = 5  # seconds between two polls
_LEAST = timedelta(seconds=INTERVAL - 1)  # two that were sent in time may arrive a little closer
# Letters that nobody takes for others, and that make no words (RFC 8628 §6.1): 43 bits.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_LENGTH = 10
# What a browser's session says of whose it is, and how that was proven.
_PROVEN = ("_auth_user_", AUTHENTICATION_METHODS_SESSION_KEY, PROVED_ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Begun:
    """What waits to be approved, and the secret to poll with."""

    login: DeviceLogin
    device_code: str

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"Begun({self.login})"


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session of a command line, and what opens it: shown once."""

    user: User
    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"NewSession({self.user})"


def begin(*, machine: str, address: str) -> Begun:
    """Let a command line ask; `machine` is what it calls itself. Raises LimitReached, TextRefused."""
    check_line(machine, what="The name of the machine", longest=80)
    spend(DEVICE_LOGINS, network_of(address), what="log-ins of command lines from this network")
    device_code = make_opaque_token(DeviceLogin.PREFIX)
    login = DeviceLogin.objects.create(
        selector=device_code.selector,
        secret_digest=device_code.digest,
        user_code="".join(secrets.choice(_LETTERS) for _place in range(_LENGTH)),
        machine=machine,
        address=address,
        expires_at=timezone.now() + GOOD_FOR,
    )
    return Begun(login, device_code.value)


def find_waiting(code: str, *, by: User) -> DeviceLogin | None:
    """Return what waits with this code, however it was typed; raises LimitReached."""
    try:
        refuse_above(DEVICE_GUESSES, str(by.pk))
    except TooManyAttempts as error:
        message = _("Too many wrong codes lately. Try again later.")
        raise LimitReached(message, error.retry_after) from error
    plain = "".join(letter for letter in code.upper() if letter in _LETTERS)
    login = DeviceLogin.objects.filter(user_code=plain).first() if len(plain) == _LENGTH else None
    if login is None or not login.is_waiting:
        count(DEVICE_GUESSES, str(by.pk))
        return None
    return login


def approve(login: DeviceLogin, *, user: User, browser: SessionBase) -> None:
    """Begin a session for the command line, of the person whose `browser` this is.

    Raises ExpiredToken where somebody else was quicker, it is too late, or the browser was logged out
    meanwhile: `log_out_everywhere` holds the person, too, so that either finds what the other did.
    """
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(pk=user.pk)
        if not browser.session_key or not browser.exists(browser.session_key):
            raise _expired()
        row = _still_waiting(login)
        kept = SessionStore()
        kept.update(_taken_along(browser))
        kept.set_expiry(int(GOOD_FOR.total_seconds()))  # it ends by itself if nobody fetches it
        kept.save(must_create=True)
        row.session = UserSession.objects.create(
            user=user,
            ip=row.address,
            session_key=kept.session_key,
            user_agent=f"waybill on {row.machine or 'a machine without a name'}",
        )
        row.save(update_fields=["session"])
        _note(AuditAction.COMMAND_LINE_APPROVED, row, user)
        # Without the name of the machine: that is whatever a stranger wants to say.
        send_after_commit("command_line_approved", to=[user], address=row.address)


def refuse(login: DeviceLogin, *, user: User) -> None:
    """Let it never be approved. Raises as approve does."""
    with transaction.atomic():
        row = _still_waiting(login)
        row.refused_at = timezone.now()
        row.save(update_fields=["refused_at"])
        _note(AuditAction.COMMAND_LINE_REFUSED, row, user)


def fetch(device_code: str) -> NewSession:
    """Return the session that was approved, once. Raises what RFC 8628 §3.5 knows."""
    shown = parse_opaque_token(device_code, DeviceLogin.PREFIX)
    selector = shown.selector if shown else ""
    with transaction.atomic():
        held = hold(UserSession.objects.filter(device_login__selector=selector))
        rows = DeviceLogin.objects.select_for_update(of=("self",)).select_related("session__user")
        row = rows.filter(selector=selector, expires_at__gt=timezone.now()).first()
        if row is None or shown is None or not shown.matches(row.secret_digest):
            raise _expired()
        if row.session and held:  # one that was approved just now waits for the next poll
            return _hand_over(row, row.session)
        pending = _polled(row)
    raise pending  # not inside: that it was asked is kept


def forget_old_logins() -> None:
    """Delete questions that nobody can answer any more."""
    DeviceLogin.objects.filter(expires_at__lt=timezone.now()).delete()


def _still_waiting(login: DeviceLogin) -> DeviceLogin:
    row = DeviceLogin.objects.select_for_update().filter(pk=login.pk).first()
    if row is None or not row.is_waiting:
        raise _expired()
    return row


def _taken_along(browser: SessionBase) -> dict[str, Any]:
    """Return what the browser's session has proven; to approve is to prove it again just now."""
    proven = {key: value for key, value in browser.items() if key.startswith(_PROVEN)}
    now, lately = time.time(), settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    shown = browser.get(AUTHENTICATION_METHODS_SESSION_KEY, [])
    return proven | {
        AUTHENTICATION_METHODS_SESSION_KEY: [
            {**one, "at": now} if now - one["at"] < lately else one for one in shown
        ]
    }


def _hand_over(row: DeviceLogin, session: UserSession) -> NewSession:
    """Make the secret; what was polled with ends. From now on it lives as long as a browser's."""
    kept = SessionStore(session.session_key)
    if SESSION_KEY not in kept:
        raise _expired()
    kept.set_expiry(None)
    try:
        kept.save(must_create=False)
    except UpdateError as error:  # it was ended just now
        raise _expired() from error
    secret = make_opaque_token(CommandLineSession.PREFIX)
    CommandLineSession.objects.create(
        session=session, selector=secret.selector, secret_digest=secret.digest
    )
    row.delete()
    return NewSession(session.user, secret.value, kept.get_expiry_date())


def _polled(row: DeviceLogin) -> Exception:
    if row.refused_at:
        return AccessDenied("The log-in was refused on the page.")
    now = timezone.now()
    is_too_soon = row.polled_at is not None and now - row.polled_at < _LEAST
    row.polled_at = now
    row.save(update_fields=["polled_at"])
    if is_too_soon:
        return SlowDown(f"Ask every {INTERVAL} seconds at most, and less often from now on.")
    return AuthorizationPending("Nobody has approved this log-in yet.")


def _expired() -> ExpiredToken:
    return ExpiredToken("This code has ended, or was used already: begin again.")


def _note(action: AuditAction, row: DeviceLogin, user: User) -> None:
    record(action, by=Principal(user), user=user, target=row.machine, asked_from=row.address)
