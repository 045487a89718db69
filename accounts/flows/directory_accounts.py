"""People who left, and groups that changed: the directory is asked about everybody now and then.

Else a personal access token would outlive its owner's contract: no log-in ever asks about it.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.audit import AuditAction, record
from accounts.directory.connection import Directory, Person, Unreachable
from accounts.flows.directory_login import SOURCE
from accounts.flows.end_sessions import log_out_everywhere
from accounts.flows.external_groups import replace_groups
from accounts.models import DirectoryAccount, User
from accounts.principals import ANONYMOUS

log = logging.getLogger(__name__)

ASK_AGAIN_AFTER = timedelta(minutes=15)
_AT_ONCE = 200
_BATCHES = 10  # at most so many a minute: 30,000 people in a quarter of an hour
_SUSPICIOUS = 5  # so many missing and nobody there is rather a mistake in the settings


def check_directory_accounts() -> None:
    """Disable whom the directory does not have any more, and renew the teams of all others."""
    if settings.DIRECTORY is None:
        return
    for _ in range(_BATCHES):
        if not _check_batch(Directory(settings.DIRECTORY)):
            return


def _check_batch(directory: Directory) -> bool:
    """Ask about those who wait longest; return whether more may be waiting."""
    line = timezone.now() - ASK_AGAIN_AFTER
    due = DirectoryAccount.objects.filter(checked_at__lt=line).select_related("user__namespace")
    accounts = list(due.order_by("checked_at")[:_AT_ONCE])
    if not accounts:
        return False
    try:
        people = directory.people(account.login for account in accounts)
    except Unreachable as error:
        log.warning("the directory gives no answer, nobody is disabled for that: %s", error)
        return False
    newly = [account for account in accounts if account.gone_at is None]
    if not people and len(newly) >= _SUSPICIOUS:
        log.error("the directory has none of %d people: check its settings", len(newly))
        return False
    for account in accounts:
        _settle(account, people.get(account.login))
    return len(accounts) == _AT_ONCE


def _settle(account: DirectoryAccount, person: Person | None) -> None:
    """Note the answer. Who comes back is enabled by an administrator, never by itself."""
    if person and person.entry.key != account.key:
        person = None  # the name went to somebody else
    with transaction.atomic():
        if person:
            replace_groups(account.user, person.groups, source=SOURCE)
            account.gone_at = None
        elif account.user.is_active:
            account.gone_at = timezone.now()
            _disable(account.user)
        account.checked_at = timezone.now()
        account.save(update_fields=["checked_at", "gone_at"])


def _disable(user: User) -> None:
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(
        AuditAction.GONE_FROM_DIRECTORY,
        by=ANONYMOUS,
        namespace=user.namespace,
        user=user,
        target=user.username,
    )
    log_out_everywhere(user, by=ANONYMOUS)  # none of it works again when they come back
