"""What administrators do with the accounts of others; each step has a reason and is written down."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext

from accounts.audit import AuditAction, record
from accounts.errors import NotAllowed, ReasonMissing
from accounts.flows.end_sessions import log_out_everywhere
from accounts.mails import send_after_commit
from accounts.models import User
from accounts.people_only import check_person
from accounts.principals import Principal
from accounts.profile_text import check_line

_LONGEST_REASON = 200


def disable(user: User, *, by: Principal, reason: str) -> None:
    """Let nobody in with this account, at once and at every door; its things stay as they are."""
    _check(user, by, reason)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not locked.is_active:
            return
        send_after_commit("account_disabled", to=[locked], reason=reason)
        locked.is_active = False
        locked.save(update_fields=["is_active"])
        # A session or a docker login of before must not live again when the account is enabled.
        log_out_everywhere(locked, by=by)
        _record(AuditAction.ACCOUNT_DISABLED, locked, by=by, reason=reason)


def enable(user: User, *, by: Principal, reason: str) -> None:
    """Let the person in again. Nothing but this sets an account active."""
    _check(user, by, reason)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if locked.closed_at:
            message = gettext("%(username)s was closed by its owner and stays closed.") % {
                "username": locked.username
            }
            raise NotAllowed(message)
        if locked.is_active:
            return
        locked.is_active = True
        locked.save(update_fields=["is_active"])
        _record(AuditAction.ACCOUNT_ENABLED, locked, by=by, reason=reason)
        send_after_commit("account_enabled", to=[locked], reason=reason)


def reset_second_factor(user: User, *, by: Principal, reason: str) -> None:
    """Take away every factor but the password of someone who lost them, and all sessions.

    Whoever asked an administrator for this may not be the person: the mail tells the person.
    """
    _check(user, by, reason)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        count, _ = Authenticator.objects.filter(user=locked).delete()
        log_out_everywhere(locked, by=by)
        _record(AuditAction.SECOND_FACTORS_RESET, locked, by=by, reason=reason, count=count)
        send_after_commit("second_factor_reset", to=[locked], by=by.name)


def end_sessions(user: User, *, by: Principal, reason: str) -> None:
    """Log the person out of every browser and every docker; password and tokens go on."""
    _check(user, by, reason)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        log_out_everywhere(locked, by=by, reason=reason)
        send_after_commit("logged_out", to=[locked], reason=reason)


def verify_address(user: User, *, by: Principal, reason: str) -> None:
    """Count the primary address as proven, for somebody whom no mail of ours reaches.

    Raises NotAllowed where it is proven, or another account has proven it.
    """
    _check(user, by, reason)
    with transaction.atomic():
        address = EmailAddress.objects.select_for_update().filter(user=user, primary=True).first()
        if address is None or address.verified:
            message = gettext("%(username)s has no primary address that waits to be verified.") % {
                "username": user.username
            }
            raise NotAllowed(message)
        if EmailAddress.objects.filter(email__iexact=address.email, verified=True).exists():
            message = gettext("%(email)s belongs to another account, which has proven it.") % {
                "email": address.email
            }
            raise NotAllowed(message)
        address.verified = True
        address.save(update_fields=["verified"])
        # Without the address: who closes the account has it forgotten.
        _record(AuditAction.EMAIL_VERIFIED, user, by=by, reason=reason)
        send_after_commit("address_verified", to=[user], by=by.name)


def appoint(user: User, *, by: Principal, reason: str) -> None:
    """Make someone an administrator of the site; every administrator is told by mail."""
    _check(user, by, reason)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        if not (locked.is_active and locked.is_verified):
            message = gettext("%(username)s cannot log in: enable or verify the account first.") % {
                "username": locked.username
            }
            raise NotAllowed(message)
        if not locked.is_superuser:
            _set_administrator(locked, by=by, reason=reason, appointed=True)


def dismiss(user: User, *, by: Principal, reason: str) -> None:
    """Make an administrator an ordinary person; who does so stays one, so the last one does."""
    _check(user, by, reason)
    with transaction.atomic():
        both = {check_person(by).pk, user.pk}
        rows = User.objects.select_for_update().filter(pk__in=both).order_by("pk")
        locked = {row.pk: row for row in rows}
        if not all(row.is_superuser for row in locked.values()):  # two dismissed each other at once
            message = gettext("Only administrators dismiss, and %(username)s must be one.") % {
                "username": user.username
            }
            raise NotAllowed(message)
        _set_administrator(locked[user.pk], by=by, reason=reason, appointed=False)


def _set_administrator(user: User, *, by: Principal, reason: str, appointed: bool) -> None:
    told = {user, *User.objects.filter(is_superuser=True)}
    user.is_superuser = user.is_staff = appointed
    user.save(update_fields=["is_superuser", "is_staff"])
    action = (
        AuditAction.ADMINISTRATOR_APPOINTED if appointed else AuditAction.ADMINISTRATOR_DISMISSED
    )
    _record(action, user, by=by, reason=reason)
    send_after_commit(
        "administrator_changed", to=told, username=user.username, by=by.name, appointed=appointed
    )


def _check(user: User, by: Principal, reason: str) -> None:
    check_person(by)
    if not by.is_administrator:
        message = gettext("only administrators of this site may change other accounts")
        raise NotAllowed(message)
    if by.user == user:
        message = gettext("That is your own account. Ask another administrator.")
        raise NotAllowed(message)
    check_reason(reason)


def check_reason(reason: str) -> None:
    """Raise ReasonMissing or TextRefused for what is no reason."""
    if not reason.strip():
        message = gettext("Give a reason: it is written down, and the person may read it.")
        raise ReasonMissing(message)
    check_line(reason, what=gettext("The reason"), longest=_LONGEST_REASON)


def _record(action: AuditAction, user: User, *, by: Principal, **details: object) -> None:
    record(action, by=by, namespace=user.namespace, user=user, target=user.username, **details)
