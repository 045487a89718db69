"""Background work about accounts. Each task may run twice without harm."""

from __future__ import annotations

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from accounts.audit_forwarding.sending import forward
from accounts.flows.command_line import forget_old_logins
from accounts.flows.directory_accounts import check_directory_accounts
from accounts.flows.domains import CHECK_AGAIN_AFTER, CLAIM_IS_TRIED_FOR, check_due
from accounts.flows.invitations import forget_ended_invitations
from accounts.flows.prune_audit import prune_audit
from accounts.flows.reopen_organization import forget_ended_organizations
from accounts.flows.warn_of_expiry import warn_of_expiry
from accounts.kept_answers import forget_old
from accounts.models import OrganizationDomain
from accounts.standing import look_and_remember

_BATCH = 100


@shared_task
def look_at_installation() -> None:
    """Remember how everything is, for the page of administrators."""
    look_and_remember()


@shared_task
def check_domains() -> None:
    """Look for the records of verified domains once a day, of fresh claims once an hour."""
    now = timezone.now()
    due = OrganizationDomain.objects.filter(
        Q(verified_at__isnull=False, checked_at__lte=now - CHECK_AGAIN_AFTER)
        | Q(verified_at=None, created_at__gt=now - CLAIM_IS_TRIED_FOR)
    )
    for domain in due.select_related("organization").order_by("checked_at", "pk")[:_BATCH]:
        check_due(domain)


@shared_task
def check_directory() -> None:
    """Ask the directory who has left; each person every quarter of an hour."""
    check_directory_accounts()


@shared_task
def forward_audit() -> None:
    """Send new events of the audit on to the operator's collectors."""
    forward()


@shared_task
def prune_audit_events() -> None:
    """Delete what the audit has kept for long enough."""
    prune_audit()


@shared_task
def warn_of_expiring_credentials() -> None:
    """Tell people a week and a day before an access token or a robot's secret ends.

    Links of invitations ended untold; what is left of them goes after months, and what was kept of
    deleted organizations once nobody can have them back; answers kept for those who repeat a request
    go after a day.
    """
    warn_of_expiry()
    forget_old_logins()
    forget_ended_invitations()
    forget_ended_organizations()
    forget_old()
