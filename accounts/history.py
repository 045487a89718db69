"""What django-allauth tells of log-ins, passwords, addresses and factors, written into the audit."""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.dispatch import receiver

from accounts.audit import AuditAction, record
from accounts.metrics import LOGIN_FAILURES
from accounts.models import User
from accounts.principals import Principal

_NAMES = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.WEBAUTHN: "security key",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


@receiver(account.user_logged_in)
def note_log_in(user: User, request: Any, **_kwargs: Any) -> None:
    """Write down that a session began, and by what."""
    records = request.session.get("account_authentication_methods", [])
    ways = [str(record.get("type") or record.get("method", "")) for record in records]
    _note(AuditAction.LOGGED_IN, user, proven_by=", ".join(dict.fromkeys(ways)))


@receiver([account.password_changed, account.password_set])
def note_password_change(user: User, **_kwargs: Any) -> None:
    """Write down a new password."""
    _note(AuditAction.PASSWORD_CHANGED, user)


@receiver(account.password_reset)
def note_password_reset(user: User, **_kwargs: Any) -> None:
    """Write down a new password that came by mail."""
    _note(AuditAction.PASSWORD_RESET, user)


@receiver(account.email_added)
def note_address_added(user: User, email_address: EmailAddress, **_kwargs: Any) -> None:
    """Write down another address."""
    _note(AuditAction.EMAIL_ADDED, user, target=masked(email_address.email))


@receiver(account.email_confirmed)
def note_address_verified(email_address: EmailAddress, **_kwargs: Any) -> None:
    """Write down a proven address."""
    target = masked(email_address.email)
    _note(AuditAction.EMAIL_VERIFIED, email_address.user, target=target)


@receiver(account.email_removed)
def note_address_removed(user: User, email_address: EmailAddress, **_kwargs: Any) -> None:
    """Write down that an address went, and tell it: django-allauth tells the primary one alone."""
    _note(AuditAction.EMAIL_REMOVED, user, target=masked(email_address.email))
    if email_address.verified:
        about = {"deleted_email": email_address.email}
        get_adapter().send_notification_mail(
            "account/email/email_deleted", user, about, email=email_address.email
        )


@receiver(account.email_changed)
def note_address_changed(user: User, to_email_address: EmailAddress, **_kwargs: Any) -> None:
    """Write down which address is the primary one now."""
    _note(AuditAction.EMAIL_CHANGED, user, target=masked(to_email_address.email))


@receiver(mfa.authenticator_added)
def note_factor_added(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    """Write down a new app, key or set of codes."""
    _note(AuditAction.SECOND_FACTOR_ADDED, user, target=_name(authenticator))


@receiver(mfa.authenticator_removed)
def note_factor_removed(user: User, authenticator: Authenticator, **_kwargs: Any) -> None:
    """Write down that one went."""
    _note(AuditAction.SECOND_FACTOR_REMOVED, user, target=_name(authenticator))


@receiver(mfa.authenticator_reset)
def note_codes_renewed(user: User, **_kwargs: Any) -> None:
    """Write down new recovery codes."""
    _note(AuditAction.RECOVERY_CODES_RENEWED, user)


@receiver(mfa.authentication_failed)
def note_factor_refused(user: User, **_kwargs: Any) -> None:
    """Write down a wrong code: whoever typed it knew the password."""
    LOGIN_FAILURES.add("second-factor")
    _note(AuditAction.SECOND_FACTOR_REFUSED, user)


def masked(email: str) -> str:
    """Return enough of an address to recognise one's own: the audit outlives the account."""
    local, _, domain = email.partition("@")
    return f"{local[:1]}…@{domain}"


def _note(action: AuditAction, user: User, *, target: str = "", **details: Any) -> None:
    record(action, by=Principal(user), user=user, target=target, **details)


def _name(authenticator: Authenticator) -> str:
    return _NAMES[Authenticator.Type(authenticator.type)]
